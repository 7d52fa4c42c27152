import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { ourReader, type Reader } from '../fixtures/score.ts';
import { readCorpora } from './corpora.ts';
import { makeNames } from './made/made.ts';
import { type Rule, readRules } from './rules.ts';
import { type Unit, unitsOf } from './units.ts';
import { readerTelling, readerWithout } from './without.ts';

/** Rows that are right only with the rule, and rows that are right only without it. */
export interface Worth {
  rule: string;
  text: string;
  gives: Record<Unit['from'], number>;
  costs: Record<Unit['from'], number>;
}

interface Task {
  shared: string;
  rules: readonly Rule[];
  /** Of each rule, in the same order: the units in which it finds anything. */
  units: readonly (readonly number[])[];
}

/** As many rules as one thread takes: each leaves a whole set of modules behind. */
const rulesPerThread = 40;
const threads = 2;
const madePerCell = 3;

function readUnits(shared: string): Unit[] {
  return unitsOf(readCorpora(shared), makeNames(madePerCell));
}

/** What each rule gives and costs, over all corpora and some generated names. `told` hears how many rules are done. */
export async function weighRules(
  shared: string,
  only: (rule: Rule) => boolean,
  told: (done: number, all: number) => void,
): Promise<Worth[]> {
  const seen = await whereSeen(shared);
  const rules = readRules().filter(only);
  const tasks: Task[] = [];
  for (let at = 0; at < rules.length; at += rulesPerThread) {
    const own = rules.slice(at, at + rulesPerThread);
    tasks.push({ shared, rules: own, units: own.map(({ id }) => [...(seen.get(id) ?? [])]) });
  }
  const found: Worth[] = [];
  const take = async (): Promise<void> => {
    for (let task = tasks.shift(); task; task = tasks.shift())
      await runTask(task, (worth) => told(found.push(worth), rules.length));
  };
  await Promise.all(Array.from({ length: threads }, take));
  const order = new Map(rules.map(({ id }, at) => [id, at]));
  return found.sort((a, b) => (order.get(a.rule) ?? 0) - (order.get(b.rule) ?? 0));
}

/** The units in which each rule finds something: in all others it may as well be off. */
async function whereSeen(shared: string): Promise<Map<string, Set<number>>> {
  const seen = new Map<string, Set<number>>();
  let now = -1;
  const reader = await readerTelling(readRules(), (rule) => {
    const units = seen.get(rule);
    if (units) units.add(now);
    else seen.set(rule, new Set([now]));
  });
  for (const unit of readUnits(shared)) {
    now++;
    unit.judge(reader);
  }
  return seen;
}

function runTask(task: Task, hear: (worth: Worth) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: task });
    worker.on('message', hear);
    worker.on('error', reject);
    worker.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`a thread ended with ${code}`))));
  });
}

/** In a thread: each rule of the task. */
async function weighHere({ shared, rules, units }: Task): Promise<void> {
  const all = readUnits(shared);
  const before = new Map<number, boolean[]>();
  for (const [at, rule] of rules.entries()) {
    const worth: Worth = {
      ...{ rule: rule.id, text: rule.text },
      gives: { shared: 0, own: 0, made: 0 },
      costs: { shared: 0, own: 0, made: 0 },
    };
    const own = (units[at] ?? []).filter((n) => n >= 0);
    const reader = own.length > 0 ? await readerWithout([rule]) : ourReader;
    for (const n of own) {
      const unit = all[n] as Unit;
      const was = before.get(n) ?? unit.judge(ourReader);
      before.set(n, was);
      const is = judgeOrNone(unit, reader);
      was.forEach((right, row) => {
        if (right && !is[row]) worth.gives[unit.from]++;
        if (!right && is[row]) worth.costs[unit.from]++;
      });
    }
    parentPort?.postMessage(worth);
  }
}

/** Without a rule on which others rely the reader may throw: then nothing is right. */
function judgeOrNone(unit: Unit, reader: Reader): boolean[] {
  try {
    return unit.judge(reader);
  } catch {
    return [];
  }
}

if (!isMainThread) await weighHere(workerData);
