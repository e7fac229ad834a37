// What went over the practice ISP's wires, line by line, for assertions. Passwords and message texts never stand in it.

/** One line of a session with the practice ISP. */
export interface WireLine {
  readonly protocol: 'pop3' | 'smtp';
  /** Number of the connection since the start, from 1; POP3 and SMTP count apart. */
  readonly connection: number;
  readonly from: 'client' | 'server';
  /** Without line end; passwords are `***`. Of a multi-line answer only the first line. */
  readonly line: string;
  /** The client sent this command before the answer to the one before it: it pipelines. */
  readonly pipelined: boolean;
}

/** Collects the lines of all sessions, in the order in which they were read and written. */
export class WireLog {
  readonly #lines: WireLine[] = [];

  get lines(): readonly WireLine[] {
    return this.#lines;
  }

  /** What clients sent: `['CAPA', 'USER office', 'PASS ***', ...]`; of one connection, or of all. */
  commands(protocol: 'pop3' | 'smtp', connection?: number): readonly string[] {
    return this.#select(protocol, 'client', connection);
  }

  /** What the practice ISP answered, first lines only. */
  answers(protocol: 'pop3' | 'smtp', connection?: number): readonly string[] {
    return this.#select(protocol, 'server', connection);
  }

  /** How many connections spoke so far. */
  connections(protocol: 'pop3' | 'smtp'): number {
    return new Set(this.#lines.filter((line) => line.protocol === protocol).map((line) => line.connection)).size;
  }

  clear(): void {
    this.#lines.length = 0;
  }

  /** For the servers of this kit. */
  add(line: WireLine): void {
    this.#lines.push(line);
  }

  #select(protocol: string, from: string, connection: number | undefined): readonly string[] {
    return this.#lines
      .filter((line) => line.protocol === protocol && line.from === from)
      .filter((line) => connection === undefined || line.connection === connection)
      .map((line) => line.line);
  }
}
