import { stripTypeScriptTypes } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';

/** A thread that takes the types off these texts and ends: what does that takes memory that nobody needs afterwards. */
const texts = workerData as readonly string[];
parentPort?.postMessage(texts.map((text) => stripTypeScriptTypes(text)));
