// The API's description (OpenAPI 3.1), made from the table of commands: it can't be out of date.
import { type CommandDeclaration, fileArguments } from '@postroom/sdk';

type Schema = Readonly<Record<string, unknown>>;

const PROBLEM: Schema = {
  type: 'object',
  properties: {
    error: {
      type: 'object',
      properties: { code: { type: 'string' }, message: { type: 'string' } },
      required: ['code', 'message'],
    },
  },
  required: ['error'],
};

export function openApiDocument(declarations: readonly (CommandDeclaration & { readonly owner: string })[]): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Postroom',
      version: '1.0.0',
      description:
        'Every command of the server. Make an access token in the manager and send it as "Authorization: Bearer ...". /api/events is a stream of Server-Sent Events. A file of up to 64 MB is sent as application/octet-stream, with the other arguments in the query; JSON has at most 1 MB. With "Accept: application/x-ndjson" long work answers a line of progress at a time, and the result last.',
    },
    security: [{ token: [] }],
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      responses: { problem: { description: 'Not done, and why.', content: { 'application/json': { schema: PROBLEM } } } },
    },
    paths: Object.fromEntries(declarations.map((declaration) => [`/api/commands/${declaration.command}`, pathOf(declaration)])),
  };
}

function pathOf(declaration: CommandDeclaration & { readonly owner: string }): object {
  const { command, title, owner, reads, result } = declaration;
  const schema: Schema = { type: 'object', additionalProperties: false, ...declaration.arguments };
  const common = {
    summary: title,
    tags: [command.split('.')[0], owner],
    responses: {
      '200': { description: 'Done.', content: { 'application/json': { schema: result ?? {} } } },
      default: { $ref: '#/components/responses/problem' },
    },
  };
  const required = (schema['required'] as readonly string[] | undefined) ?? [];
  const files = fileArguments(declaration);
  // A file is the body, and the other arguments stand in the address.
  const octets = { 'application/octet-stream': { schema: { type: 'string', format: 'binary', description: `The argument ${files[0]}.` } } };
  const post = {
    ...common,
    operationId: command,
    requestBody: { required: required.length > 0, content: { 'application/json': { schema }, ...(files.length > 0 && octets) } },
  };
  if (reads !== true) {
    return { post };
  }
  const properties = Object.entries((schema['properties'] ?? {}) as Readonly<Record<string, Schema>>);
  const parameters = properties.map(([name, property]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(property['description'] !== undefined && { description: property['description'] }),
    schema: property,
  }));
  return { get: { ...common, operationId: `${command}.get`, parameters }, post };
}
