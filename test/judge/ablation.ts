import { availableParallelism } from 'node:os';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { ourReader, type Reader } from '../fixtures/score.ts';
import { type Corpus, readCorpora } from './corpora.ts';
import { type MadeName, makeNames, wrongIn } from './made/made.ts';
import { type Rule, readRules } from './rules.ts';
import { isRight, judge } from './verdicts.ts';
import { readerWithout } from './without.ts';

/** Rows that are right only with the rule, and rows that are right only without it. */
export interface Worth {
  rule: string;
  text: string;
  shared: { gives: number; costs: number };
  own: { gives: number; costs: number };
  made: { gives: number; costs: number };
}

/** Which rows are right, corpus by corpus; `made` stands for the generated names. */
type Marks = { shared: boolean[]; own: boolean[]; made: boolean[] };

function marksOf(corpora: readonly Corpus[], made: readonly MadeName[], reader: Reader): Marks {
  const of = (from: Corpus['from']) =>
    corpora.filter((one) => one.from === from).flatMap((one) => judge(one, reader).map(isRight));
  return {
    shared: of('shared'),
    own: of('own'),
    made: made.map((one) => wrongIn(one, reader) === undefined),
  };
}

function compareMarks(before: readonly boolean[], after: readonly boolean[]) {
  return {
    gives: before.filter((right, at) => right && !after[at]).length,
    costs: before.filter((right, at) => !right && after[at]).length,
  };
}

interface Task {
  shared: string;
  rules: Rule[];
}

/** As many rules as one thread takes: each leaves a whole set of modules behind. */
const rulesPerThread = 20;
const madePerCell = 3;

/** What each rule gives and costs, over all corpora and some generated names. `told` hears of every rule that is done. */
export async function weighRules(
  shared: string,
  rules: readonly Rule[] = readRules(),
  told: (done: number) => void = () => undefined,
): Promise<Worth[]> {
  const tasks = Array.from({ length: Math.ceil(rules.length / rulesPerThread) }, (_, at) =>
    rules.slice(at * rulesPerThread, (at + 1) * rulesPerThread),
  );
  const found: Worth[] = [];
  const take = async (): Promise<void> => {
    for (let task = tasks.shift(); task; task = tasks.shift())
      await runTask({ shared, rules: [...task] }, (worth) => told(found.push(worth)));
  };
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, take));
  const order = new Map(rules.map(({ id }, at) => [id, at]));
  return found.sort((a, b) => (order.get(a.rule) ?? 0) - (order.get(b.rule) ?? 0));
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
async function weighHere({ shared, rules }: Task): Promise<void> {
  const corpora = readCorpora(shared);
  const made = makeNames(madePerCell);
  const before = marksOf(corpora, made, ourReader);
  for (const rule of rules) {
    const after = marksOf(corpora, made, await readerWithout([rule]));
    const worth: Worth = {
      rule: rule.id,
      text: rule.text,
      shared: compareMarks(before.shared, after.shared),
      own: compareMarks(before.own, after.own),
      made: compareMarks(before.made, after.made),
    };
    parentPort?.postMessage(worth);
  }
}

if (!isMainThread) await weighHere(workerData);
