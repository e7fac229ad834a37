// A module for door threads in tests: it answers, and dies in every way on demand.
import type { DoorOfModule, OpenDoor } from '@postroom/sdk/services';

interface RoomSetup {
  readonly name: string;
  /** Opening fails. */
  readonly fails?: boolean;
}

/** `hangs`: closing never ends. */
export type RoomDeath = 'exit' | 'throw' | 'reject' | 'memory' | 'loop' | 'hangs';

export function openDoor({ setup, line }: DoorOfModule): OpenDoor {
  const { name, fails } = setup as RoomSetup;
  if (fails === true) throw new Error(`${name} cannot open.`);
  let hangs = false;
  line.answer('name', () => name);
  line.answer('memory', () => process.memoryUsage().rss);
  line.answer('ask back', (value) => line.ask('double', value));
  line.hear<string>('word', (word) => line.tell('heard', word));
  line.hear<RoomDeath>('die', (how) => {
    if (how === 'hangs') hangs = true;
    else setImmediate(DEATHS[how]);
  });
  return {
    close: async (graceMs) => {
      line.tell('closing', graceMs);
      if (hangs) await new Promise(() => undefined);
    },
  };
}

const DEATHS: Readonly<Record<Exclude<RoomDeath, 'hangs'>, () => void>> = {
  exit: () => process.exit(3),
  throw: () => {
    throw new Error('thrown in a door');
  },
  reject: () => void Promise.reject(new Error('rejected in a door')),
  memory: () => {
    for (const kept: unknown[] = []; ; ) kept.push(Array.from({ length: 1_000_000 }).fill(kept.length));
  },
  loop: () => {
    for (;;);
  },
};
