#!/usr/bin/env -S MALLOC_ARENA_MAX=1 node --max-semi-space-size=4
// The one file in JavaScript, for nothing has to be stripped off it: to strip the first file, Node loads a compiler that
// stays for as long as the process does (18 MB, 0.1 s), and every file after this one comes out of the cache without it.
import './compile-cache.js';

await import('./main.ts');
