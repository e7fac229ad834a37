// The tables of docs/limits.md, made from the code and the manifests. `npm run docs` puts them into the page; a test compares.

import { readFileSync } from 'node:fs';
import { FEW_CONNECTIONS, keptFor, LINES_EVERY_MS, LOOK_MS, MOST_LINES, roomForConnections } from '@postroom/sdk';
import { MOST_MANIFEST_OCTETS } from '@postroom/sdk/base';
import { HEADER_MS, LONGEST_LINE, LONGEST_REST, MOST_WITHOUT_HEADER } from '@postroom/sdk/network';
import { LARGEST_SETTINGS_TEXT } from '@postroom/sdk/services';
import { MOST_PROBLEMS } from '#core/configuration/problems/problems.js';
import { BUSY_ACCOUNTS, MOST_ACCOUNTS, QUIET_MS } from '#core/flow/rounds/accountPlaces.js';
import { MOST_MANIFEST_DEPTH, MOST_MANIFEST_VALUES } from '#core/plugins/manifests/manifestLimits.js';
import { LONGEST_PATTERN, MOST_STATES } from '#core/schemas/linearPattern.js';
import { SCHEMA_LIMITS } from '#core/schemas/schemaLimits.js';
import { MANAGER_LIMITS } from '#plugins/admin-ui/dist/server/managerLimits.js';
import { CONTROL_LIMITS } from '#plugins/platform/cli/dist/control/controlLimits.js';
import { MOST_MESSAGES } from '#plugins/pop3/dist/client/listing.js';
import { ANSWER, LISTING } from '#plugins/pop3/dist/client/pop3Dialogue.js';
import { COMMAND_LIMIT, ENDLESS_LINE, RESPONSE_LIMIT } from '#plugins/pop3/dist/server/front/commandLines.js';
import { AHEAD, AHEAD_OF_STRANGER } from '#plugins/pop3/dist/server/front/replyWriter.js';
import { BEGIN_MS, IDLE_MS } from '#plugins/smtp/dist/submission/front/patience.js';
import { MAX_IDLE_REPLIES } from '#plugins/smtp/dist/submission/front/strictConnection.js';
import { HANDSHAKE_MS, MAX_COMMAND_OCTETS } from '#plugins/smtp/dist/submission/front/surroundings.js';

type Row = readonly [string, ...(string | number)[]];

/** The page with its tables made anew. */
export function withLimits(page: string): string {
  return page.replace(/(<!-- limits (\w+) -->\n)[\s\S]*?(\n<!-- end -->)/g, (_whole, begin: string, name: string, end: string) => {
    const [head, ...rows] = TABLES[name]?.() ?? [];
    if (head === undefined) throw new Error(`There is no table ${name}.`);
    const line = (row: Row): string => `| ${row.join(' | ')} |`;
    return `${begin}\n${[line(head), `|${head.map(() => ' --- |').join('')}`, ...rows.map(line)].join('\n')}\n${end}`;
  });
}

const TABLES: Readonly<Record<string, () => readonly [Row, ...Row[]]>> = {
  ports: () => [
    ['port', 'connections', 'of one address', 'until the login', 'octets until then', 'silence'],
    [
      'POP3',
      setting('pop3', 'pop3.limits.connections'),
      setting('pop3', 'pop3.limits.connectionsPerAddress'),
      seconds(setting('pop3', 'pop3.timeouts.loginSeconds') * 1000),
      `${COMMAND_LIMIT} a line, ${RESPONSE_LIMIT} a SASL response`,
      seconds(setting('pop3', 'pop3.timeouts.idleSeconds') * 1000),
    ],
    [
      'SMTP',
      setting('smtp', 'smtp.maxConnections'),
      setting('smtp', 'smtp.maxConnectionsPerAddress'),
      seconds(BEGIN_MS),
      `${size(MAX_COMMAND_OCTETS)} a line`,
      seconds(IDLE_MS),
    ],
    [
      'manager',
      setting('admin-ui', 'admin-ui.limits.connections'),
      setting('admin-ui', 'admin-ui.limits.connectionsPerAddress'),
      seconds(MANAGER_LIMITS.headerMs),
      `${size(MANAGER_LIMITS.header)} a header, ${size(MANAGER_LIMITS.door)} a login`,
      seconds(MANAGER_LIMITS.headerMs),
    ],
    [
      'control socket',
      CONTROL_LIMITS.connections,
      '-',
      seconds(CONTROL_LIMITS.keyMs),
      size(CONTROL_LIMITS.beforeKey),
      seconds(CONTROL_LIMITS.idleMs),
    ],
  ],
  files: () => [
    ['descriptors of the process', 'reserve', 'all ports', 'kept for POP3', 'SMTP', 'manager', 'control socket'],
    ...[256, 1_024, 4_096, 65_536].map((limit): Row => {
      const room = roomForConnections(limit);
      return [
        number(limit),
        limit - room,
        number(room),
        ...(['pop3', 'smtp', 'http', 'control'] as const).map((door) => keptFor(door, room)),
      ];
    }),
  ],
  further: () => [
    ['what', 'limit'],
    ['connections of one address that are a few', FEW_CONNECTIONS],
    [
      'a PROXY header: time, octets of version 1 and 2, connections of a port that wait for theirs',
      `${seconds(HEADER_MS)}, ${LONGEST_LINE} and ${number(LONGEST_REST + 16)}, ${MOST_WITHOUT_HEADER}`,
    ],
    ['TLS handshake, SMTP', seconds(HANDSHAKE_MS)],
    ['TLS handshake, manager', seconds(MANAGER_LIMITS.handshakeMs)],
    ['POP3: a line without an end', size(ENDLESS_LINE)],
    ['POP3: answers that a client does not read, before the login and after it', `${size(AHEAD_OF_STRANGER)}, ${size(AHEAD)}`],
    ['POP3: wrong commands of a session', setting('pop3', 'pop3.limits.badCommands')],
    ['SMTP: answers of a session between messages, besides those to recipients', number(MAX_IDLE_REPLIES)],
    ['manager: a whole request', seconds(MANAGER_LIMITS.requestMs)],
    ['manager: requests on one connection that wait for their answers', MANAGER_LIMITS.pipelined],
    [
      'manager: a body of JSON',
      `${size(MANAGER_LIMITS.json)}, ${MANAGER_LIMITS.shape.depth} deep, ${number(MANAGER_LIMITS.shape.values)} values`,
    ],
    ['manager: a body with the settings file in it', size(MANAGER_LIMITS.settingsText)],
    ['manager: a file, and files that come in at a time', `${size(MANAGER_LIMITS.file)}, ${MANAGER_LIMITS.files}`],
    ['manager: requests that are not answered yet, for a login or token', MANAGER_LIMITS.requests],
    ['manager: commands at a time, for a login or token', MANAGER_LIMITS.commands],
    ['manager: streams of events, for a login or token, and in all', `${MANAGER_LIMITS.streams}, ${MANAGER_LIMITS.allStreams}`],
    [
      'control socket: a request',
      `${size(CONTROL_LIMITS.request)}, ${CONTROL_LIMITS.shape.depth} deep, ${number(CONTROL_LIMITS.shape.values)} values`,
    ],
    ['control socket: the files of a request', size(CONTROL_LIMITS.files)],
    ['log: lines of a kind that clients cause', `${MOST_LINES} in ${seconds(LINES_EVERY_MS)}, then their number`],
    ['settings.json', `${size(LARGEST_SETTINGS_TEXT)}; ${MOST_PROBLEMS} problems are told`],
    [
      'accounts that bring mail at a time; those included whose ISP gave nothing for a while',
      `${BUSY_ACCOUNTS}; ${MOST_ACCOUNTS}, ${seconds(QUIET_MS)}`,
    ],
    ["ISP: a listing's lines and octets", `${number(LISTING.lines)}, ${size(LISTING.octets)}`],
    ['ISP: messages that are looked at together', number(MOST_MESSAGES)],
    ['ISP: a command that looks at its mail or tries its login', seconds(LOOK_MS)],
    ['ISP: lines and octets of another answer', `${number(ANSWER.lines)}, ${size(ANSWER.octets)}`],
  ],
  plugins: () => [
    ["of a plugin that is not the product's own", 'limit'],
    ['package.json', `${size(MOST_MANIFEST_OCTETS)}, ${MOST_MANIFEST_DEPTH} deep, ${number(MOST_MANIFEST_VALUES)} values`],
    ['schemas in one setting, or in the arguments of a command', `${SCHEMA_LIMITS.schemas}, ${SCHEMA_LIMITS.depth} deep`],
    ['values of an `enum`, names in a `required`', SCHEMA_LIMITS.values],
    ['`default`, `const`, `enum`, `examples` as JSON', `${number(SCHEMA_LIMITS.valueCharacters)} characters`],
    ['a pattern', `${LONGEST_PATTERN} characters, ${number(MOST_STATES)} states (RE2)`],
  ],
};

/** A property's default, by the plugin's manifest. */
function setting(plugin: string, key: string): number {
  const text = readFileSync(new URL(import.meta.resolve(`#plugins/${plugin}/package.json`)), 'utf8');
  const { contributes } = JSON.parse(text) as { contributes: { configuration: { properties: Record<string, { default: number }> } } };
  return contributes.configuration.properties[key]?.default ?? Number.NaN;
}

function size(octets: number): string {
  return octets >= 2 ** 20 ? `${octets / 2 ** 20} MB` : `${octets / 1024} KB`;
}

function seconds(ms: number): string {
  return `${ms / 1000} s`;
}

function number(value: number): string {
  return value.toLocaleString('en');
}
