// metrics: what it answers. serviceArea.ts has its handler.
import type { CommandDeclaration } from '@postroom/sdk';
import { string } from './answerSchemas.js';

export const SERVICE_COMMANDS = [
  {
    command: 'metrics',
    title: 'How busy the server is, as Prometheus reads it',
    reads: true,
    result: string('Text in the exposition format of Prometheus.'),
  },
] as const satisfies readonly CommandDeclaration[];
