// The settings file as a whole: its text, its values, what is wrong with it. Versions by ETag, so that no edit is lost.
import type { SettingsChange, SettingsService } from '@postroom/sdk/services';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { require } from './caller.js';
import { MANAGER_LIMITS } from './managerLimits.js';

const READ = { command: 'config.get', reads: true };
const WRITE = { command: 'config.set' };
const TEXT = { type: 'object', required: ['text'], properties: { text: { type: 'string', maxLength: 1_048_576 } } } as const;
const EDITS = {
  type: 'object',
  required: ['edits'],
  properties: {
    edits: {
      type: 'array',
      minItems: 1,
      maxItems: 200,
      items: {
        type: 'object',
        required: ['path'],
        properties: { path: { type: 'array', minItems: 1, maxItems: 10, items: { type: 'string', maxLength: 300 } }, value: {} },
      },
    },
  },
} as const;

export function addSettingsRoutes(app: FastifyInstance, settings: SettingsService): void {
  const shown = (): object => ({
    text: settings.text,
    etag: settings.etag,
    problems: settings.problems,
    value: settings.value,
    written: settings.written([]) ?? {},
    node: settings.node,
  });

  app.get('/api/settings', (request, reply) => {
    require(request, READ);
    void reply.header('etag', settings.etag);
    return shown();
  });
  app.get('/api/settings/schema', (request) => {
    require(request, READ);
    return settings.editorSchema;
  });
  app.post<{ Body: { text: string } }>(
    '/api/settings/check',
    { schema: { body: TEXT }, bodyLimit: MANAGER_LIMITS.settingsText },
    (request) => {
      require(request, READ);
      return { problems: settings.validate(request.body.text) };
    },
  );
  app.put<{ Body: { text: string } }>(
    '/api/settings',
    { schema: { body: TEXT }, bodyLimit: MANAGER_LIMITS.settingsText },
    async (request, reply) => {
      const { author } = require(request, WRITE);
      return done(reply, await settings.replace(author, request.body.text, expected(request)));
    },
  );
  app.patch<{ Body: { edits: readonly { path: readonly string[]; value?: unknown }[] } }>(
    '/api/settings',
    { schema: { body: EDITS } },
    async (request, reply) => {
      const { author } = require(request, WRITE);
      // JSON has no undefined: an edit without a value, or with null, takes the property out.
      const edits = request.body.edits.map(({ path, value }) => ({ path, value: value ?? undefined }));
      return done(reply, await settings.edit(author, edits, expected(request)));
    },
  );
}

function expected(request: FastifyRequest): { readonly etag: string | undefined } {
  return { etag: request.headers['if-match'] };
}

function done(reply: FastifyReply, change: SettingsChange): object {
  if (change.ok) {
    void reply.header('etag', change.etag);
    return { etag: change.etag, problems: change.problems };
  }
  const status = change.code === 'settings/conflict' ? 412 : change.code === 'settings/invalid' ? 422 : 500;
  void reply.code(status);
  const [first] = change.problems;
  return { error: { code: change.code, message: first?.message ?? 'Nothing was changed.' }, problems: change.problems };
}
