// config questions: what it takes. setupArea.ts has its handler.
import type { CommandDeclaration } from '@postroom/sdk';
import { args } from './argumentSchemas.js';

export const SETUP_COMMANDS = [
  {
    command: 'config.questions',
    title: 'What "postroom setup" asks and tests, as the enabled plugins contribute it',
    reads: true,
    offline: true,
    arguments: args({}),
    result: {
      type: 'object',
      required: ['questions', 'collectors', 'loginTests', 'arguments', 'editions'],
      properties: {
        questions: { type: 'array', items: { type: 'object', required: ['key', 'scope', 'schema', 'question'] } },
        collectors: { type: 'array', items: { type: 'object', required: ['via', 'title'] } },
        loginTests: { type: 'array', items: { type: 'object', required: ['name', 'command'] } },
        arguments: { type: 'object', additionalProperties: { type: 'string' } },
        editions: { type: 'array', items: { type: 'string' } },
      },
    },
  },
] as const satisfies readonly CommandDeclaration[];
