// Submission in a door thread: the front of the same ports as on the main thread, which decides.
import { openFiles } from '@postroom/sdk';
import type { JoinedPort, JoinPort, OpenedPort } from '@postroom/sdk/network';
import type { Clock, DoorOfModule, OpenDoor } from '@postroom/sdk/services';
import { type FrontRules, SubmissionFront, type SubmissionPort } from '../front/submissionFront.js';
import { DeskQuestioner } from './deskQuestioner.js';
import { DoorDesk } from './doorDesk.js';

/** What the main thread hands to a door. */
export interface SubmissionDoorSetup {
  readonly rules: FrontRules;
  /** Ports that are open on the main thread. */
  readonly ports: readonly (Pick<SubmissionPort, 'security' | 'proxies'> & { readonly at: OpenedPort })[];
}

export class DoorFront implements OpenDoor {
  readonly #front: SubmissionFront;
  readonly #ports: Pick<JoinedPort, 'close'>[] = [];

  private constructor(rules: FrontRules, line: DoorOfModule['line'], clock: Clock) {
    const desk = new DeskQuestioner(line);
    const log = {
      warn: (sentence: string, fields?: Readonly<Record<string, unknown>>) => desk.tell('log', { level: 'warn', sentence, fields }),
      debug: (sentence: string, fields?: Readonly<Record<string, unknown>>) => desk.tell('log', { level: 'debug', sentence, fields }),
    };
    const front = new SubmissionFront(rules, { desk: new DoorDesk(desk), clock, log, share: openFiles().share('smtp') });
    desk.hear('certificate', (certificate) => front.renew(certificate));
    desk.hear('name', (name) => front.rename(name));
    this.#front = front;
  }

  /** Rejects where a port cannot be joined. */
  static async open({ setup, line }: DoorOfModule, clock: Clock, join: JoinPort): Promise<DoorFront> {
    const { rules, ports } = setup as SubmissionDoorSetup;
    const door = new DoorFront(rules, line, clock);
    try {
      for (const { at, ...port } of ports) {
        const joined = await door.#front.serve(port, (server) => join(at, (socket) => server.emit('connection', socket)));
        door.#ports.push(joined);
      }
    } catch (error) {
      await door.close(0);
      throw error;
    }
    return door;
  }

  async close(graceMs: number): Promise<void> {
    await Promise.all(this.#ports.map((port) => port.close()));
    await this.#front.close(graceMs);
  }
}
