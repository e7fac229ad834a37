// The settings that belong to no plugin, declared the way a plugin declares its own.
import type { PropertySchema } from '@postroom/sdk';

/** A local part without quotes; letters of any language (RFC 5322 section 3.2.3, RFC 6531). */
export const LOCAL_PART_PATTERN = "^[\\p{L}\\p{M}\\p{N}!#$%&'*+/=?^_`{|}~-]+(\\.[\\p{L}\\p{M}\\p{N}!#$%&'*+/=?^_`{|}~-]+)*$";
const HOST = '[\\p{L}\\p{N}]([\\p{L}\\p{M}\\p{N}-]*[\\p{L}\\p{M}\\p{N}])?(\\.[\\p{L}\\p{N}]([\\p{L}\\p{M}\\p{N}-]*[\\p{L}\\p{M}\\p{N}])?)*';
export const ADDRESS_PATTERN = `${LOCAL_PART_PATTERN.slice(0, -1)}@${HOST}$`;

const NEW_CERTIFICATE =
  "Once it is kept, mail programs are shown a new certificate. Those that trust this server's authority (postroom certificate authority) do not notice; the others are asked, or cannot collect, until it is accepted.";

export const CORE_PROPERTIES: Readonly<Record<string, PropertySchema>> = {
  'plugins.enabled': {
    type: 'array',
    items: { type: 'string' },
    uniqueItems: true,
    default: [],
    restart: 'none',
    title: 'Enabled plugins',
    markdownDescription: 'Plugins that run, as `publisher.name`; each brings its pack along.',
  },
  'plugins.disabled': {
    type: 'array',
    items: { type: 'string' },
    uniqueItems: true,
    default: [],
    restart: 'none',
    title: 'Plugins left out',
    markdownDescription: 'Plugins that do not run although a pack would bring them along, as `publisher.name`.',
  },
  'log.keepDays': {
    type: 'integer',
    minimum: 1,
    maximum: 3650,
    default: 30,
    restart: 'none',
    title: 'Days that the log is kept',
    markdownDescription:
      'Days that the log of sent and collected mail is kept. Older days go at midnight, or when the server starts after it.',
  },
  'log.level': {
    type: 'string',
    enum: ['debug', 'info', 'warn', 'error'],
    default: 'info',
    restart: 'none',
    perNode: true,
    title: 'Detail of the program log',
    markdownDescription: 'The least important lines that the program log shows.',
  },
  'server.name': {
    type: 'string',
    pattern: `^(${HOST})?$`,
    maxLength: 253,
    default: '',
    restart: 'none',
    risky: true,
    consequence: NEW_CERTIFICATE,
    perNode: true,
    title: "The server's name",
    markdownDescription:
      "Host name for `Received:` lines, for greeting other servers, and in the certificate that is made here. Empty: the machine's own name.",
    patternErrorMessage: 'A host name as in post.example.com.',
  },
  'server.timeZone': {
    type: 'string',
    default: '',
    restart: 'none',
    title: 'Time zone',
    markdownDescription: "Time zone for the timer and the log, as in `Europe/Berlin`. Empty: the machine's.",
  },
  'server.freeSpaceFloorMB': {
    type: 'integer',
    minimum: 0,
    maximum: 1_000_000,
    default: 200,
    restart: 'none',
    perNode: true,
    title: 'Room to keep free (MB)',
    markdownDescription: 'Below this much free room on the disk of the data folder no mail is taken in: it waits where it is.',
  },
  // What users are called: names in them mean one user, whichever plugin sorts the account.
  aliases: {
    type: 'array',
    items: { type: 'string', minLength: 1, maxLength: 320, pattern: '^\\S+$', patternErrorMessage: 'A name without spaces.' },
    uniqueItems: true,
    default: [],
    scope: 'user',
    restart: 'none',
    title: 'Aliases',
    description:
      "Further names before the @ that are this user's, for example sales. One with a domain, such as mark@company.com, counts at that domain only, and the user's own name then counts at such domains only.",
  },
  names: {
    type: 'array',
    items: { type: 'string', minLength: 1, maxLength: 200 },
    uniqueItems: true,
    default: [],
    scope: 'user',
    restart: 'none',
    title: 'Further names',
    description: 'Names in front of the shared address that mean this user too, for example Andrew Smith.',
  },
};
