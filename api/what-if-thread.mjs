// A thread of its own has to be told how to read TypeScript.
import { register } from 'tsx/esm/api';

register();
await import('./what-if-worker.ts');
