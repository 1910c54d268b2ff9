import { createRequire } from 'node:module';
import { DataSource, type EntityManager, EntitySchema } from 'typeorm';
import type { LogFilter } from '../indexer/sources/source.ts';

/** What is used of @subsquid/typeorm-store 1.5.1, whose types are of another typeorm. */
interface TypeormStore {
  readonly TypeormDatabase: new (options: {
    supportHotBlocks: boolean;
  }) => {
    con: DataSource | undefined;
    connect(): Promise<unknown>;
    initTransaction(manager: EntityManager): Promise<unknown>;
    transact(info: { readonly nextHead: { readonly height: number } }, fill: unknown): Promise<void>;
    transactHot2(
      info: { readonly newBlocks: readonly { readonly height: number }[] },
      ...rest: unknown[]
    ): Promise<void>;
  };
}

/** A log with its block, one row each, as a squid's generated model has it. */
class EventLog {
  declare id: string;
  declare blockNumber: number;
  declare blockHash: string;
  declare timestamp: Date;
  declare logIndex: number;
  declare transactionHash: string;
  declare address: string;
  declare topic0: string | null;
  declare topic1: string | null;
  declare topic2: string | null;
  declare topic3: string | null;
  declare data: string;
  constructor(properties: EventLog) {
    Object.assign(this, properties);
  }
}

const text = { type: 'text' } as const;
const topic = { type: 'text', nullable: true } as const;
const eventLog = new EntitySchema<EventLog>({
  name: 'event_log',
  target: EventLog,
  columns: {
    id: { ...text, primary: true },
    blockNumber: { name: 'block_number', type: 'int4' },
    blockHash: { ...text, name: 'block_hash' },
    timestamp: { type: 'timestamptz' },
    logIndex: { name: 'log_index', type: 'int4' },
    transactionHash: { ...text, name: 'transaction_hash' },
    address: text,
    topic0: topic,
    topic1: topic,
    topic2: topic,
    topic3: topic,
    data: text,
  },
});

export interface SquidOptions {
  readonly nodeUrl: string;
  readonly databaseUrl: string;
  readonly filters: readonly LogFilter[];
  readonly finalityConfirmation: number;
  readonly lastBlock: number;
  /** Once the rows of the last block are committed. */
  readonly onEnd: () => void;
}

/**
 * A plain squid as its documentation shows it: evm-processor over RPC, typeorm-store with its defaults, the rows of a
 * batch inserted at once.
 */
export async function runSquid(options: SquidOptions): Promise<void> {
  process.env['SQD_WARN'] ??= 'sqd:*';
  const { TypeormDatabase } = createRequire(import.meta.url)('@subsquid/typeorm-store') as TypeormStore;
  const told = (height: number | undefined): void => {
    if (height === options.lastBlock) options.onEnd();
  };
  class Database extends TypeormDatabase {
    /** The original looks for the model in a compiled project. */
    override async connect(): Promise<unknown> {
      this.con = new DataSource({
        type: 'postgres',
        url: options.databaseUrl,
        entities: [eventLog],
        synchronize: true,
      });
      await this.con.initialize();
      return await this.con.transaction('SERIALIZABLE', (manager) => this.initTransaction(manager));
    }
    override async transact(...[info, fill]: Parameters<InstanceType<TypeormStore['TypeormDatabase']>['transact']>) {
      await super.transact(info, fill);
      told(info.nextHead.height);
    }
    override async transactHot2(
      ...[info, ...rest]: Parameters<InstanceType<TypeormStore['TypeormDatabase']>['transactHot2']>
    ) {
      await super.transactHot2(info, ...rest);
      told(info.newBlocks.at(-1)?.height);
    }
  }
  const { EvmBatchProcessor } = await import('@subsquid/evm-processor');
  const processor = new EvmBatchProcessor()
    .setRpcEndpoint(options.nodeUrl)
    .setFinalityConfirmation(options.finalityConfirmation)
    .setFields({ block: { timestamp: true }, log: { address: true, topics: true, data: true, transactionHash: true } })
    .setPrometheusPort(0);
  for (const { addresses, topic0 } of options.filters) {
    processor.addLog({ topic0: [...topic0], ...(addresses && { address: [...addresses] }) });
  }
  const database = new Database({ supportHotBlocks: true });
  processor.run(database as never, async ({ store, blocks }) => {
    const rows = blocks.flatMap(({ header, logs }) =>
      logs.map(
        (log) =>
          new EventLog({
            id: log.id,
            blockNumber: header.height,
            blockHash: header.hash,
            timestamp: new Date(header.timestamp),
            logIndex: log.logIndex,
            transactionHash: log.transactionHash,
            address: log.address,
            topic0: log.topics[0] ?? null,
            topic1: log.topics[1] ?? null,
            topic2: log.topics[2] ?? null,
            topic3: log.topics[3] ?? null,
            data: log.data,
          }),
      ),
    );
    await (store as { insert(rows: readonly EventLog[]): Promise<void> }).insert(rows);
  });
}

/** The squid's rows as texts: those of our log (bench/guard.ts) where the rows are equal. */
export const squidRows = `SELECT concat_ws(' ', block_number, block_hash, extract(epoch from timestamp)::bigint, log_index,
  transaction_hash, address, coalesce(topic0, '-'), coalesce(topic1, '-'), coalesce(topic2, '-'), coalesce(topic3, '-'), data)
  AS line FROM event_log`;
