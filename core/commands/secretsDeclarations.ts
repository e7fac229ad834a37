// secrets rotate: what they take and answer. secretsArea.ts has their handlers.
import type { CommandDeclaration } from '@postroom/sdk';
import { integer, object } from './answerSchemas.js';

export const SECRETS_COMMANDS = [
  {
    command: 'secrets.rotate',
    title: 'Encrypt the passwords at the ISPs anew under a new key, or under the one that systemd gives',
    offline: true,
    result: object({ encryptedAnew: integer('Passwords that are under the new key.') }),
  },
] as const satisfies readonly CommandDeclaration[];
