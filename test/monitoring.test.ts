import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { errorTable } from '../src/core/errors.ts';
import { type MetricName, type MetricRow, metricTable } from '../src/metrics/metric-table.ts';
import { read, root } from './fixtures/checkout.ts';
import { tableOf } from './fixtures/documents.ts';
import { findProgram } from './fixtures/programs.ts';
import { run } from './fixtures/run.ts';

/** docs/monitoring: what the dashboard and the alerts ask for is there. */
interface AlertRule {
  alert: string;
  expr: string;
  for?: string;
  labels: { severity: string };
  annotations: { summary: string; description: string };
}
interface Panel {
  title: string;
  type: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets: { expr: string }[];
}

const alerts: AlertRule[] = parse(read('docs/monitoring/alerts.yml')).groups[0].rules;
const dashboard = JSON.parse(read('docs/monitoring/dashboard.json')) as { panels: Panel[] };
const rows: Readonly<Record<string, MetricRow>> = metricTable;

/** Metrics of an expression by their names in the table, each with what it says of labels. */
function metricsIn(expr: string): { name: string; labels: [label: string, value: string][] }[] {
  return [...expr.matchAll(/\b((?:passerelle|process)_\w+)(?:\{([^}]*)\})?/g)].map(
    ([, name = '', matchers = '']) => ({
      name: name.replace(/_(?:bucket|sum|count)$/, ''),
      labels: [...matchers.matchAll(/(\w+)(?:=~|!~|!=|=)"([^"]*)"/g)].map(([, label = '', value = '']) => [
        label,
        value,
      ]),
    }),
  );
}

/** What is wrong with an expression: a metric or a label that there is not, or a value that it never has. */
function faultsOf(expr: string): string[] {
  return metricsIn(expr).flatMap(({ name, labels }) => {
    const row = rows[name];
    if (!row) return [`there is no ${name}`];
    return labels.flatMap(([label, value]) => {
      if (label === 'instance' || label === 'job') return [];
      const values = row.labels[label];
      if (values === undefined) return [`${name} has no ${label}`];
      if (values === 'verbs') return [];
      const pattern = new RegExp(`^(?:${value})$`);
      return values.some((one) => pattern.test(one)) ? [] : [`${label} of ${name} is never ${value}`];
    });
  });
}

const grouped = (expr: string) =>
  [...expr.matchAll(/\b(?:by|on|without|ignoring) \(([^)]*)\)/g)].flatMap(([, labels = '']) =>
    labels.split(', '),
  );

t.test(
  'every metric of the dashboard and the alerts is there, with labels and values that it has',
  async (t) => {
    const exprs = [
      ...alerts.map(({ expr }) => expr),
      ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ];
    t.ok(exprs.length > 30, `${exprs.length} expressions`);
    for (const expr of exprs) {
      t.strictSame(faultsOf(expr), [], expr);
      const known = new Set([
        'instance',
        'le',
        ...metricsIn(expr).flatMap(({ name }) => Object.keys(rows[name]?.labels ?? {})),
      ]);
      for (const label of grouped(expr)) t.ok(known.has(label), `${label} in ${expr}`);
    }
    t.strictSame(
      faultsOf(
        'sum(passerelle_plays_total{end="BRIDGE_NO_SUCH",way="bytes"}) + passerelle_odd{x="1"} + passerelle_files{way="x"}',
      ),
      [
        'end of passerelle_plays_total is never BRIDGE_NO_SUCH',
        'there is no passerelle_odd',
        'passerelle_files has no way',
      ],
    );
    const shown = new Set(exprs.flatMap((expr) => metricsIn(expr).map(({ name }) => name as MetricName)));
    for (const name of [
      'passerelle_host_calls_total',
      'passerelle_host_waiting',
      'passerelle_leases_total',
      'passerelle_bytes_total',
      'passerelle_uploads_total',
    ] as const)
      t.ok(shown.has(name), `${name} is shown`);
  },
);

t.test('panels stand beside each other and not on each other', async (t) => {
  const taken = new Set<string>();
  for (const { title, gridPos } of dashboard.panels) {
    t.ok(gridPos.x + gridPos.w <= 24, title);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        const place = `${x} ${y}`;
        if (taken.has(place)) t.fail(`${title} stands on another one`);
        taken.add(place);
      }
  }
  t.equal(new Set(dashboard.panels.map(({ title }) => title)).size, dashboard.panels.length);
});

t.test('docs/monitoring.md tells of every alert and how bad it is; each says what to do', async (t) => {
  t.equal(alerts.length, 10);
  t.strictSame(
    tableOf('docs/monitoring.md', 'alerts').map(([alert, , severity]) => [alert, severity]),
    alerts.map(({ alert, labels }) => [alert, labels.severity]),
  );
  for (const { alert, annotations } of alerts) {
    t.match(annotations.summary, /^\S.{10,}$/, alert);
    t.match(annotations.description, /\.$/, alert);
    for (const [code] of JSON.stringify(annotations).matchAll(/BRIDGE_\w+/g)) t.ok(code in errorTable, code);
  }
});

/** Series each minute, whether the alert fires at a time, and why that is right. */
const cases: [alert: string, series: Record<string, string>, at: string, fires: boolean][] = [
  ['PasserelleDown', { 'up{job="passerelle"}': '0x20' }, '10m', true],
  ['PasserelleDown', { 'up{job="passerelle"}': '1 0 0 1x20' }, '10m', false],
  ['PasserelleKeyRefused', { 'passerelle_host_blocked{code="BRIDGE_HOST_KEY"}': '1x5' }, '1m', true],
  ['PasserelleKeyRefused', { 'passerelle_host_blocked{code="BRIDGE_HOST_FLOOD"}': '1x5' }, '1m', false],
  ['PasserelleHostClosed', { 'passerelle_host_circuit{state="closed"}': '0x40' }, '35m', true],
  ['PasserelleHostClosed', { 'passerelle_host_circuit{state="closed"}': '0x20 1x20' }, '35m', false],
  ['PasserelleAccountEnds', { passerelle_account_ends_timestamp_seconds: '600000x5' }, '1m', true],
  ['PasserelleAccountEnds', { passerelle_account_ends_timestamp_seconds: '700000x5' }, '1m', false],
  ['PasserelleLibraryOld', { passerelle_crawl_age_seconds: '180000x5' }, '1m', true],
  [
    'PasserelleLibraryOld',
    { passerelle_crawl_age_seconds: '60x3000', 'process_start_time_seconds{job="passerelle"}': '0x3000' },
    '49h',
    false,
  ],
  ['PasserelleLibraryOld', { 'process_start_time_seconds{job="passerelle"}': '0x3000' }, '49h', true],
  ['PasserelleProposalWaits', { 'passerelle_proposals_open{kind="many"}': '1x90' }, '80m', true],
  ['PasserelleProposalWaits', { 'passerelle_proposals_open{kind="many"}': '0x90' }, '80m', false],
  [
    'PasserellePlaysFail',
    {
      'passerelle_plays_over_total{outcome="failed"}': '0+1x60',
      'passerelle_plays_over_total{outcome="ok"}': '0+1x60',
    },
    '60m',
    true,
  ],
  [
    'PasserellePlaysFail',
    {
      'passerelle_plays_over_total{outcome="failed"}': '0x57 1x5',
      'passerelle_plays_over_total{outcome="ok"}': '0x60',
    },
    '60m',
    false,
  ],
  [
    'PasserelleSlowStart',
    {
      'passerelle_first_byte_seconds_bucket{start="host",le="5"}': '0x90',
      'passerelle_first_byte_seconds_bucket{start="host",le="10"}': '0+1x90',
      'passerelle_first_byte_seconds_bucket{start="host",le="+Inf"}': '0+1x90',
    },
    '80m',
    true,
  ],
  [
    'PasserelleSlowStart',
    {
      'passerelle_first_byte_seconds_bucket{start="cache",le="5"}': '0x90',
      'passerelle_first_byte_seconds_bucket{start="cache",le="+Inf"}': '0+1x90',
    },
    '80m',
    false,
  ],
  ['PasserelleServerNotTold', { 'passerelle_notify_failing{kind="plex"}': '1x90' }, '80m', true],
  ['PasserelleServerNotTold', { 'passerelle_notify_failing{kind="plex"}': '1x30 0x60' }, '80m', false],
  [
    'PasserelleDiskNearlyFull',
    {
      'passerelle_disk_free_bytes{folder="data"}': '4x20',
      'passerelle_disk_size_bytes{folder="data"}': '100x20',
    },
    '15m',
    true,
  ],
  [
    'PasserelleDiskNearlyFull',
    {
      'passerelle_disk_free_bytes{folder="data"}': '6x20',
      'passerelle_disk_size_bytes{folder="data"}': '100x20',
    },
    '15m',
    false,
  ],
];

t.test('each alert fires when it should and not before, and Prometheus reads all of it', async (t) => {
  t.strictSame(
    [...new Set(cases.map(([alert]) => alert))],
    alerts.map(({ alert }) => alert),
    'each is tried',
  );
  for (const [, series] of cases)
    for (const name of Object.keys(series))
      if (!name.startsWith('up')) t.strictSame(faultsOf(name.replace(/le="[^"]+",?/, '')), []);
  const promtool = await findProgram(t, 'promtool');
  if (!promtool) return;
  const dir = t.testdir();
  const asked = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
  const record = asked.map((expr, at) => ({
    record: `panel:${at}`,
    expr: expr.replaceAll('$__rate_interval', '5m').replaceAll('$instance', '.+'),
  }));
  // Numbers in the names of records are right; JSON is YAML.
  writeFileSync(join(dir, 'panels.yml'), JSON.stringify({ groups: [{ name: 'panels', rules: record }] }));
  const rules = join(root, 'docs/monitoring/alerts.yml');
  const checked = await run(promtool, ['check', 'rules', rules, join(dir, 'panels.yml')]);
  t.equal(checked.code, 0, checked.stderr);
  const tests = cases.map(([alert, series, at, fires]) => ({
    interval: '1m',
    name: alert,
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    promql_expr_test: [
      {
        expr: `count(ALERTS{alertname="${alert}",alertstate="firing"})`,
        eval_time: at,
        exp_samples: fires ? [{ labels: '{}', value: 1 }] : [],
      },
    ],
  }));
  // Two days, minute by minute, take it seconds.
  const isLong = ({ promql_expr_test: [asked] }: (typeof tests)[number]) => asked?.eval_time.endsWith('h');
  for (const [evaluation_interval, some] of [
    ['1m', tests.filter((one) => !isLong(one))],
    ['30m', tests.filter(isLong)],
  ] as const) {
    t.ok(some.length > 0);
    writeFileSync(
      join(dir, 'tests.yml'),
      JSON.stringify({ rule_files: [rules], evaluation_interval, tests: some }),
    );
    const tested = await run(promtool, ['test', 'rules', join(dir, 'tests.yml')]);
    t.equal(tested.code, 0, `${tested.stdout}${tested.stderr}`);
  }
});
