// What the manager's own routes answer, as JSON Schema (draft-07), exact: the page's types are made from it, as from the `result` of commands.

const TEXT = { type: 'string' } as const;
const TEXTS = { type: 'array', items: TEXT } as const;
const FLAG = { type: 'boolean' } as const;
/** A JSON Schema itself, with Postroom's keywords. */
const SCHEMA = { $ref: 'http://json-schema.org/draft-07/schema#' } as const;
const OPEN = { type: 'object', additionalProperties: true } as const;

type Properties = Readonly<Record<string, object>>;

/** `present` is in every answer, `absent` may be missing. */
function exact(present: Properties, absent: Properties = {}): object {
  return { type: 'object', additionalProperties: false, required: Object.keys(present), properties: { ...present, ...absent } };
}

const PROBLEMS = {
  type: 'array',
  items: exact(
    {
      severity: { type: 'string', enum: ['error', 'warning'] },
      path: { type: 'string', description: 'Slashes between the names; empty for the file as a whole.' },
      message: TEXT,
    },
    { line: { type: 'integer', description: 'From 1.' }, column: { type: 'integer', description: 'From 1.' } },
  ),
};

const SESSION = exact(
  { state: { type: 'string', enum: ['setup', 'login', 'locked', 'open'] } },
  {
    csrf: { type: 'string', description: 'What changes have to bear, with an open login.' },
    session: { type: 'string', description: 'Id of an open login.' },
    idleMinutes: { type: 'integer', description: 'Until an open login is locked.' },
    codeNeeded: { type: 'boolean', description: 'Before ADMIN1 has a password: whether the code of the console is asked for.' },
    shortestPassword: { type: 'integer', description: 'Before ADMIN1 has a password: characters that it needs.' },
  },
);

const CHANGED_SETTINGS = exact({ etag: TEXT, problems: PROBLEMS });

const PLUGIN = exact(
  {
    id: { type: 'string', description: '`publisher.name`' },
    name: TEXT,
    description: TEXT,
    version: TEXT,
    isEdition: FLAG,
    needs: { ...TEXTS, description: 'Ids of plugins that it needs.' },
    pack: { ...TEXTS, description: 'Ids of plugins that come along with it.' },
    taps: {
      type: 'array',
      items: exact({ hook: TEXT, name: TEXT }, { stage: TEXT, onError: { type: 'string', enum: ['hold', 'skip'] } }),
    },
    essential: FLAG,
    state: TEXT,
    bundled: FLAG,
    problems: { ...TEXTS, description: 'A sentence each.' },
  },
  { title: { type: 'string', description: 'Of its settings.' } },
);

/** By method and path. */
export const ROUTE_ANSWERS: Readonly<Record<string, object>> = {
  'GET /api/session': SESSION,
  'POST /api/session': SESSION,
  'POST /api/setup': SESSION,
  'GET /api/commands': {
    type: 'array',
    items: exact(
      { command: TEXT, title: TEXT, owner: { type: 'string', description: "`core`, or a plugin's id." } },
      {
        arguments: SCHEMA,
        result: SCHEMA,
        positional: { ...TEXTS, description: 'Arguments that the command line takes by position.' },
        reads: { type: 'boolean', description: 'It changes nothing.' },
        offline: { type: 'boolean', description: 'It works without a running server.' },
        standalone: { type: 'boolean', description: 'It works where no server can start.' },
        scope: { type: 'string', enum: ['account'], description: 'It is a question about one account.' },
        accountKind: { type: 'string', description: 'With scope: only for accounts of this kind.' },
        via: { type: 'string', description: 'With scope or role: only for accounts that are collected this way.' },
        role: { type: 'string', description: 'What the product finds it by.' },
      },
    ),
  },
  'GET /api/contributions': exact({
    plugins: { type: 'array', items: PLUGIN },
    properties: {
      type: 'array',
      items: exact({ key: TEXT, scope: { type: 'string', enum: ['server', 'account', 'user'] }, owner: TEXT, schema: SCHEMA }),
    },
    statusCards: { type: 'array', items: exact({ id: TEXT, title: TEXT, command: TEXT }) },
    logColumns: {
      type: 'array',
      items: exact({ id: TEXT, title: TEXT, field: { type: 'string', description: 'Of an entry: a key of its details.' } }),
    },
  }),
  'GET /api/settings': exact({
    text: { type: 'string', description: 'The file.' },
    etag: { type: 'string', description: 'Names the version of the text.' },
    problems: PROBLEMS,
    value: { ...OPEN, description: 'What is in force, with defaults, by key.' },
    written: { ...OPEN, description: 'What the file itself says, by key.' },
    node: { type: 'string', description: 'This server: what it has for itself stands under this name in `nodes`.' },
  }),
  'PUT /api/settings': CHANGED_SETTINGS,
  'PATCH /api/settings': CHANGED_SETTINGS,
  'POST /api/settings/check': exact({ problems: PROBLEMS }),
  'GET /api/settings/schema': OPEN,
};
