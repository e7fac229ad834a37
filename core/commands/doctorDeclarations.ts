// doctor: what they take. doctorArea.ts has their handlers.
import type { CommandDeclaration } from '@postroom/sdk';
import { args, flag } from './argumentSchemas.js';

export const DOCTOR_COMMANDS = [
  {
    command: 'doctor',
    title: 'Look at everything that mail depends on, and say what is not well',
    reads: true,
    offline: true,
    arguments: args({ logins: flag('Also log in at the ISPs.') }),
  },
] as const satisfies readonly CommandDeclaration[];
