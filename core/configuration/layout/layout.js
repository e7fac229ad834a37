/** The accounts in the order of the file; what has not the right type is left out. */
export function accountEntries(settings) {
  return groupEntries(groupOf(settings)['accounts']).map(([id, values]) => {
    const path = ['accounts', id];
    const users = groupEntries(values['users']).map(([name, user]) => ({ name, path: [...path, 'users', name], values: user }));
    return { id, path, kind: textOf(values['kind']), via: textOf(values['via']), address: textOf(values['address']), values, users };
  });
}
/** The texts in a list; empty where it is none. */
export function textsOf(value) {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}
export function textOf(value) {
  return typeof value === 'string' ? value : undefined;
}
export function groupOf(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}
function groupEntries(value) {
  return Object.entries(groupOf(value)).map(([key, each]) => [key, groupOf(each)]);
}
//# sourceMappingURL=layout.js.map
