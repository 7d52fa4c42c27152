import { existsSync, writeFileSync } from 'node:fs';
import { ourReader, type Reader } from '../fixtures/score.ts';
import { type Worth, weighRules } from './ablation.ts';
import { lastOther, readerOf } from './commits.ts';
import { type Corpus, readCorpora } from './corpora.ts';
import { printChanges, printWrong, tableOfCorpora } from './corpora-report.ts';
import { readExceptions } from './exceptions.ts';
import { judgeForms, printForms, tableOfForms } from './forms-report.ts';
import { mixFolders } from './mixed-folders.ts';
import { help, type Options, readOptions } from './options.ts';
import { type Earlier, judgeAll, judgeEarlier, readEarlier, toJson } from './results.ts';
import { readRules, rulesNamed } from './rules.ts';
import { measureSpeed } from './speed.ts';
import { printTable, writeTable } from './tables.ts';
import { readerWithout } from './without.ts';

/** `npm run names`: how many names are read rightly, set by set, beside the library alone and an earlier commit. */
try {
  const options = readOptions(process.argv.slice(2));
  if (options) await main(options);
  else console.log(help);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 2;
}

async function main(options: Options): Promise<void> {
  const { parts, without } = options;
  if (parts.includes('rules')) printRules();
  if (parts.includes('ablate')) await printAblation(options);
  if (!existsSync(options.shared))
    console.log(
      `The shared corpora are not here (${options.shared}): only the sets of test/names are judged.`,
    );
  const reader = without.length > 0 ? await readerWithout(rulesNamed(without)) : ourReader;
  const corpora = readCorpora(options.shared, parts.includes('corpora') ? options.only : []);
  if (parts.includes('corpora')) await judgeCorpora(options, corpora, reader);
  if (parts.includes('forms')) {
    const judged = judgeForms(reader, options.perCell, options.only);
    printForms(judged, options.wrong);
    if (options.docs !== undefined) writeTable(options.docs, 'forms', tableOfForms(judged));
  }
  if (parts.includes('siblings')) printSiblings(corpora, options.docs);
  if (parts.includes('speed')) printSpeed(corpora, options.docs);
}

async function judgeCorpora(options: Options, corpora: readonly Corpus[], reader: Reader): Promise<void> {
  const results = judgeAll(corpora, reader, readExceptions());
  const { base, earlier } = await readBase(options, corpora);
  printTable(tableOfCorpora(results, earlier));
  if (options.docs !== undefined) writeTable(options.docs, 'corpora', tableOfCorpora(results, undefined));
  if (options.wrong) printWrong(results);
  if (earlier) printChanges(results, earlier, base);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(toJson(results))}\n`);
  const faults = results.flatMap((one) => one.faults);
  for (const fault of faults) console.log(`exceptions: ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
}

/** What the result is compared with: all rules when some are off, a file, a commit. */
async function readBase(
  { without, against }: Options,
  corpora: readonly Corpus[],
): Promise<{ base: string; earlier: Earlier | undefined }> {
  if (without.length > 0) return { base: 'all rules', earlier: judgeEarlier(corpora, ourReader) };
  const base = against ?? lastOther();
  if (base === undefined) return { base: '', earlier: undefined };
  if (existsSync(base)) return { base, earlier: readEarlier(base) };
  return { base: base.slice(0, 12), earlier: judgeEarlier(corpora, await readerOf(base)) };
}

function printRules(): void {
  for (const { id, text } of readRules()) console.log(`${id}  ${text.slice(0, 120)}`);
}

async function printAblation({ shared, only }: Options): Promise<void> {
  const begin = performance.now();
  const isMeant = ({ id }: { id: string }) => only.length === 0 || only.some((word) => id.includes(word));
  const worths = await weighRules(shared, isMeant, (done, all) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${all} rules `);
  });
  const gain = ({ gives, costs }: Worth) =>
    gives.shared + gives.own + gives.made - costs.shared - costs.own - costs.made;
  const sorted = worths.toSorted((a, b) => gain(a) - gain(b));
  const cells = ({ rule, gives, costs, text }: Worth) => [
    rule,
    ...(['shared', 'own', 'made'] as const).flatMap((from) =>
      [gives[from], costs[from]].map((n) => String(n || '')),
    ),
    text.slice(0, 60),
  ];
  const head = ['rule', 'shared +', '-', 'own +', '-', 'made +', '-', 'as it is written'];
  printTable({ head, rows: sorted.map(cells) });
  const dear = worths.filter((one) => gain(one) < 0).length;
  const idle = worths.filter(({ gives, costs }) =>
    [gives, costs].every(({ shared: a, own: b, made: c }) => a + b + c === 0),
  ).length;
  const seconds = Math.round((performance.now() - begin) / 1000);
  console.log(
    `\n${worths.length} rules in ${seconds} s: ${dear} cost more than they give, ${idle} change nothing here`,
  );
}

function printSiblings(corpora: readonly Corpus[], docs: string | undefined): void {
  const found = mixFolders(corpora);
  const head = ['folders', 'how many', 'names', 'right alone', 'together', 'mended', 'spoiled'];
  const cells = found.map(({ folder, folders, names, alone, together, mended, spoiled }) => [
    folder,
    ...[folders, names, alone, together, mended.length, spoiled.length].map(String),
  ]);
  printTable({ head, rows: cells });
  if (docs !== undefined) writeTable(docs, 'siblings', { head, rows: cells });
  for (const { folder, spoiled } of found) {
    if (spoiled.length > 0) console.log(`\nspoiled in ${folder}:`);
    for (const line of spoiled) console.log(`  ${line}`);
  }
}

function printSpeed(corpora: readonly Corpus[], docs: string | undefined): void {
  const { names, perSecond, alonePerSecond, worst } = measureSpeed(corpora);
  const share = (perSecond / alonePerSecond).toFixed(2);
  const table = {
    head: ['names', 'a second', 'the library alone', 'share of it', 'slowest name'],
    rows: [[names, perSecond, alonePerSecond, share, `${worst.ms.toFixed(1)} ms`].map(String)],
  };
  printTable(table);
  console.log(`the slowest: ${worst.path.slice(0, 100)}`);
  if (docs !== undefined) writeTable(docs, 'speed', table);
}
