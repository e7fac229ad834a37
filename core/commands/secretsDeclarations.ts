// secrets rotate: what they take. secretsArea.ts has their handlers.
import type { CommandDeclaration } from '@postroom/sdk';

export const SECRETS_COMMANDS = [
  {
    command: 'secrets.rotate',
    title: 'Encrypt the passwords at the ISPs anew under a new key, or under the one that systemd gives',
    offline: true,
  },
] as const satisfies readonly CommandDeclaration[];
