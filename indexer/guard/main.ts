import { redactUrls } from '../../schema/redaction.ts';
import { type GuardOptions, openGuard } from './guard.ts';

/** The guard as a process of its own: see guard-process.ts. It lives as long as the process that started it. */
export interface StartMessage {
  readonly options: GuardOptions;
  readonly port: number;
}
export type GuardMessage = { readonly port: number } | { readonly note: string } | { readonly news: true };

const tell = (message: GuardMessage): void => {
  if (process.connected) process.send?.(message, undefined, {}, () => {});
};
process.title = 'avsl guard';
process.on('disconnect', () => process.exit(0));
// Ctrl-C in a terminal reaches the whole group; whoever started this process ends it when it needs it no more.
process.on('SIGINT', () => {});
process.once('message', (message: StartMessage) => {
  const onNote = (note: string): void => tell({ note: redactUrls(note) });
  openGuard(message.options, message.port, onNote, () => tell({ news: true })).then(
    ({ port }) => tell({ port }),
    (error: Error) => {
      onNote(`The guard does not start: ${error.message}`);
      process.exitCode = 1;
      process.disconnect();
    },
  );
});
