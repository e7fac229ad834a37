// Who changes the settings without giving a command, as their history names it. Beside them stand those who do: `cli`, `manager:ADMIN1`, `token:NAME`.

export const SETTINGS_AUTHORS = Object.freeze({
  /** Somebody wrote the text itself. */
  editor: 'editor',
  /** Somebody who answers the questions of the setup. */
  setup: 'setup',
  /** The server, by itself. */
  server: 'postroom',
  /** Of several servers that share the settings another one, which knows who it was. */
  elsewhere: 'another server',
});
