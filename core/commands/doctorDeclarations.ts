// doctor: what they take and answer. doctorArea.ts has their handlers.
import type { CommandDeclaration } from '@postroom/sdk';
import { arrayOf, object, oneOf, openObject, string } from './answerSchemas.js';
import { args, flag } from './argumentSchemas.js';

export const DOCTOR_COMMANDS = [
  {
    command: 'doctor',
    title: 'Look at everything that mail depends on, and say what is not well',
    reads: true,
    offline: true,
    standalone: true,
    arguments: args({ logins: flag('Also log in at the ISPs.') }),
    result: arrayOf(
      object(
        {
          check: string('What was looked at.'),
          state: oneOf(['well', 'warning', 'problem']),
          text: string('A sentence; it names the commands that mend it.'),
        },
        {
          actions: arrayOf(
            object(
              { title: string(), command: string(), args: openObject('Arguments of the command.') },
              { warning: string('What it comes to, where that has to be known first.') },
            ),
            'The same commands, for buttons.',
          ),
        },
      ),
    ),
  },
] as const satisfies readonly CommandDeclaration[];
