import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BackfillOptions, BackfillProgress, BackfillReport } from '../indexer/ingest/backfill.ts';
import type { IngestOptions } from '../indexer/ingest/processor.ts';
import type { IngestProgress } from '../indexer/ingest/progress.ts';
import type { Pool } from '../store/database.ts';
import { programs } from './programs.ts';

export interface IngestEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Class and message of the error that ended it. */
  readonly error?: string;
  readonly message?: string;
  readonly stderr: string;
}

export interface IngestChild<Progress = IngestProgress> {
  readonly process: ChildProcess;
  readonly progress: readonly Progress[];
  readonly ended: Promise<IngestEnd>;
}

/** An ingest process of its own, as the supervisor runs it. */
export function startIngestChild(options: Omit<IngestOptions, 'onProgress' | 'signal'>): IngestChild {
  return startChild(programs.ingest, options);
}

/** A back-fill in a process of its own; the last progress is its report. */
export function startBackfillChild(
  options: Omit<BackfillOptions, 'onProgress' | 'signal'>,
): IngestChild<BackfillProgress & Partial<BackfillReport> & { readonly finished?: true }> {
  return startChild(programs.backfill, options);
}

function startChild<Progress>(program: string, options: object): IngestChild<Progress> {
  const child = spawn(process.execPath, [program, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'pipe'] });
  const progress: Progress[] = [];
  let failure: { error?: string; message?: string } = {};
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  createInterface(child.stdout).on('line', (line) => {
    const said = JSON.parse(line);
    if ('error' in said) failure = said;
    else progress.push(said);
  });
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, ...failure, stderr }));
  return { process: child, progress, ended };
}

/** Waits until the chain's newest batch ends at `block` or later; fails when the child ends before. */
export async function ingestedThrough(pool: Pool, chainId: number, block: number, child: IngestChild): Promise<void> {
  let end: IngestEnd | null = null;
  void child.ended.then((found) => {
    end = found;
  });
  for (;;) {
    const { rows } = await pool.query<{ to_block: number }>(
      'SELECT to_block FROM batch WHERE chain_id = $1 ORDER BY batch_no DESC LIMIT 1',
      [chainId],
    );
    if ((rows[0]?.to_block ?? -1) >= block) return;
    if (end !== null) throw new Error(`ingest ended: ${JSON.stringify(end)}`);
    await sleep(25);
  }
}

export async function stopIngest(child: IngestChild): Promise<IngestEnd> {
  child.process.kill('SIGTERM');
  return child.ended;
}

/** Process id of the guard that an ingest process has started. Needs /proc. */
export async function guardOf(child: IngestChild): Promise<number> {
  for (;;) {
    const pids = readFileSync(`/proc/${child.process.pid}/task/${child.process.pid}/children`, 'utf8').trim();
    for (const pid of pids === '' ? [] : pids.split(' ')) {
      if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('guard')) return Number(pid);
    }
    await Promise.race([sleep(10), child.ended.then((end) => Promise.reject(new Error(JSON.stringify(end))))]);
  }
}

export async function isGone(pid: number): Promise<boolean> {
  for (let i = 0; i < 500; i++) {
    if (!existsSync(`/proc/${pid}`) || /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) return true;
    await sleep(20);
  }
  return false;
}

/** All rows of a chain that do not depend on where batches were cut. */
export async function storedRows(pool: Pool, chainId: number) {
  const all = async (sql: string) => (await pool.query(sql, [chainId])).rows;
  return {
    logs: await all('SELECT * FROM log WHERE chain_id = $1 ORDER BY block_number, log_index'),
    stateReads: await all('SELECT * FROM state_read WHERE chain_id = $1 ORDER BY block_number, to_address, calldata'),
    blocks: await all(
      `SELECT number, hash, parent_hash, timestamp, log_count, logs_sha256 FROM block b WHERE chain_id = $1 AND
         (log_count > 0 OR EXISTS (SELECT FROM state_read s WHERE s.chain_id = b.chain_id AND s.block_number = b.number))
       ORDER BY number`,
    ),
  };
}

/** Fails unless batch numbers have no gap and each batch starts where the log then ended, or at its fork block. */
export async function checkBatches(pool: Pool, chainId: number): Promise<void> {
  const { rows } = await pool.query(
    'SELECT batch_no, fork_block, from_block, to_block FROM batch WHERE chain_id = $1 ORDER BY batch_no',
    [chainId],
  );
  rows.forEach((row, i) => {
    const from = row.fork_block ?? (i === 0 ? row.from_block : rows[i - 1].to_block + 1);
    if (row.batch_no !== i + 1 || row.from_block !== from || row.to_block < row.from_block) {
      throw new Error(`batch ${i + 1} does not follow the one before: ${JSON.stringify(rows.slice(i - 1, i + 1))}`);
    }
  });
}
