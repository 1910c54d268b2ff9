import { connect, createServer, type Server, type Socket } from 'node:net';

/** A cable to a server that can be pulled out and put back, or bitten through where nobody sees it. */
export class Line {
  readonly #target: URL;
  readonly #sockets = new Set<Socket>();
  #server: Server | null = null;
  port = 0;
  /** Connections made while it is true are taken and carry nothing. */
  #isSilent = false;

  constructor(url: string) {
    this.#target = new URL(url);
  }

  async plug(): Promise<void> {
    const server = createServer((near) => {
      const far = connect(Number(this.#target.port), this.#target.hostname);
      for (const socket of [near, far]) {
        this.#sockets.add(socket);
        socket.on('error', () => {});
        socket.on('close', () => {
          this.#sockets.delete(socket);
          near.destroy();
          far.destroy();
        });
      }
      if (!this.#isSilent) near.pipe(far).pipe(near);
    });
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as { port: number }).port;
    this.#server = server;
  }

  async pull(): Promise<void> {
    const closed = new Promise((resolve) => this.#server?.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** From now on nothing comes through, and no end of a connection either. */
  silence(): void {
    this.#isSilent = true;
    for (const socket of this.#sockets) socket.unpipe().pause();
  }

  /** For new connections; and what ended meanwhile is heard of. */
  restore(): void {
    this.#isSilent = false;
    for (const socket of this.#sockets) if (socket.isPaused()) socket.resume();
  }

  get url(): string {
    const url = new URL(this.#target);
    url.port = String(this.port);
    return url.href;
  }
}
