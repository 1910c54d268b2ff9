import { readFileSync } from 'node:fs';

/** Exits with a message a person can act on when this Node.js is older than package.json asks for. */
export function requireNode() {
  const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const wanted = engines.node.replace('>=', '').split('.').map(Number);
  const found = process.versions.node.split('.').map(Number);
  const isEnough = found[0] > wanted[0] || (found[0] === wanted[0] && found[1] >= (wanted[1] || 0));
  if (isEnough) return;
  console.error(
    `avsl needs Node.js ${engines.node.replace('>=', '')} or newer, this is ${process.versions.node} (${process.execPath}). ` +
      'Install a newer one from https://nodejs.org, then try again.',
  );
  process.exit(1);
}
