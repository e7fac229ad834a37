// What a plugin provides, needs and contributes, as its manifest says it: the table of its README, and a row for the list of all plugins. Pure.

const START = '<!-- manifest -->';
const END = '<!-- /manifest -->';
const code = (text) => `\`${text}\``;
const list = (names) => names.map(code).join(', ');

/** Sections of `contributes` by the words of a page, those first that every plugin may have. Others show under their own names. */
const WORDS = {
  taps: 'taps',
  configuration: 'settings',
  commands: 'commands',
  accountKinds: 'kinds of account',
  edition: 'edition',
  statusCards: 'status cards',
  logColumns: 'log columns',
  stores: 'stores',
  checks: 'checks of the doctor',
  privateFiles: 'private files',
  metrics: 'metrics',
  setup: 'asked by setup',
  programs: 'words of the command line',
};

/** What names an entry of a section, the first that it has. */
const NAMED_BY = ['id', 'kind', 'via', 'name', 'word', 'command', 'file', 'property', 'title'];
/** The names of commands show these. */
const HIDDEN = ['areas', 'examples'];

export function manifestTable(manifest) {
  const {
    activation,
    provides = [],
    requires = [],
    uses = [],
    pluginDependencies = [],
    pluginPack = [],
    contributionPoints = {},
    capabilities = {},
  } = manifest;
  const { contributes = {} } = manifest;
  const sections = [...Object.keys(WORDS), ...Object.keys(contributes).filter((key) => WORDS[key] === undefined && !HIDDEN.includes(key))];
  const rows = [
    ['id', code(idOf(manifest))],
    ...(activation === 'platform' ? [['starts', 'with the platform, before the settings are in force']] : []),
    ['provides', list(provides.map(({ service }) => service)) || 'nothing'],
    ['requires', list([...requires, ...pluginDependencies]) || 'nothing'],
    ...(uses.length > 0 ? [['uses, where provided', list(uses)]] : []),
    ...(pluginPack.length > 0 ? [['enables', list(pluginPack)]] : []),
    ...sections.flatMap((key) => {
      const shown = contributes[key] === undefined ? '' : shownSection(key, contributes[key]);
      return shown === '' ? [] : [[WORDS[key] ?? key, shown]];
    }),
    ...(Object.keys(contributionPoints).length > 0 ? [['contribution points', list(Object.keys(contributionPoints))]] : []),
    ...(capabilities.essential === true ? [['essential', 'mail is held while it is not active']] : []),
  ];
  return `| | |\n| --- | --- |\n${rows.map(([name, text]) => `| ${name} | ${text} |`).join('\n')}`;
}

/** A README with its table: in its place, or else behind the first paragraph. */
export function withManifestTable(readme, manifest) {
  const table = `${START}\n\n${manifestTable(manifest)}\n\n${END}`;
  const [start, end] = [readme.indexOf(START), readme.indexOf(END)];
  if (start >= 0 && end > start) return readme.slice(0, start) + table + readme.slice(end + END.length);
  const behind = /^# .*\n\n(?:.+\n)+/.exec(readme)?.[0] ?? readme;
  return `${behind}\n${table}\n${readme.slice(behind.length)}`;
}

/** A table with a row for each plugin. `plugins`: each with its `manifest` and its `page`, as a link from the page that has the table. */
export function pluginList(plugins) {
  const rows = plugins.map(({ manifest, page }) => {
    const taps = manifest.contributes?.taps ?? [];
    const hooks = [...new Set(taps.map(({ hook }) => hook))].map((each) => {
      const stages = taps.filter(({ hook, stage }) => hook === each && stage !== undefined).map(({ stage }) => stage);
      return stages.length === 0 ? each : `${each} (${[...new Set(stages)].join(', ')})`;
    });
    const parts = [...hooks, ...(manifest.provides ?? []).map(({ service }) => code(service))];
    return `| [${manifest.name}](${page}) | ${manifest.description} | ${parts.join(', ') || '-'} |`;
  });
  return `| plugin | what it does | hooks (stage), services |\n| --- | --- | --- |\n${rows.join('\n')}`;
}

function idOf({ publisher, name }) {
  return `${publisher}.${name}`;
}

function shownSection(key, section) {
  if (key === 'taps')
    return section.map(({ hook, name, stage }) => `${code(name)} (${hook}${stage === undefined ? '' : `, ${stage}`})`).join(', ');
  if (key === 'configuration') return list(Object.keys(section.properties ?? {}));
  const entries = Array.isArray(section) ? section : [section];
  return list([...new Set(entries.map((entry) => NAMED_BY.map((name) => entry[name]).find((name) => name !== undefined) ?? key))]);
}
