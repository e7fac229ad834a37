const RESTART = {
  none: 'A change applies at once.',
  listener: 'A change applies at once: the ports are opened anew.',
  server: 'A change applies when the server is started again.',
};
const RISKY = 'By command or in the manager it has to be confirmed within 60 s, or it goes back.';
/** The property with its restart need made explicit, and with a last paragraph for the hover. */
export function explained(schema) {
  const restart = schema.restart ?? 'none';
  const risk = schema.risky === true ? [RISKY, ...(schema.consequence === undefined ? [] : [schema.consequence])] : [];
  const facts = [`Default: ${defaultText(schema)}.`, RESTART[restart], ...risk].join(' ');
  const words = schema.markdownDescription ?? schema.description;
  return { ...schema, restart, markdownDescription: words === undefined ? facts : `${words}\n\n${facts}` };
}
function defaultText({ default: value }) {
  return value === undefined || value === '' ? 'none' : `\`${JSON.stringify(value)}\``;
}
//# sourceMappingURL=hover.js.map
