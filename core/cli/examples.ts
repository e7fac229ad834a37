// Command lines as they are typed, shown by --help: of the core's own commands.

/** By command, without `postroom` and the command's own words. */
type Examples = Readonly<Record<string, readonly string[]>>;

export const OWN_EXAMPLES: Examples = {
  'config.diff': ['', '12'],
  'config.undo': ['', '12'],
  'config.validate': ['settings.json --what-if 500'],
  explain: ['letter.eml --account company', '- --account company --json', '--live company'],
  resort: ['17 18 --preview', '--mailbox admin1'],
  trace: ['andrew', 'invoice --limit 5 --json'],
  'users.add': ['company greg --cc andrew'],
  'users.change': [`company andrew 'names=["Andrew Smith"]'`],
  'users.rename': ['company carolyn caro'],
  'users.set-password': ['company andrew', 'admin1'],
};
