// package.json of a stranger's plugin: a fact to show, whatever it is.
import type { PluginManifest } from '@postroom/sdk';
import { checkManifest } from '#core/plugins/manifests/manifestCheck.js';
import { type FuzzTarget, isOneLine, must } from '../target.js';

const WORDS = [
  '"name":"x"',
  '"publisher":"acme"',
  '"version":"1.0.0"',
  '"engines":{"postroom":"^1.0.0"}',
  '"contributes":{}',
  '"taps":[{"hook":"onSort","name":"a","stage":"filter"}]',
  '"commands":[{"command":"x.y","title":"T"}]',
  '"configuration":{"title":"T","properties":{}}',
  '"capabilities":{}',
  '"pattern":"^a+$"',
  '"__proto__":{}',
  '"main":"../x.js"',
  '{',
  '}',
  '[',
  ']',
  ',',
  'null',
  '1e999',
  '"\\u202e"',
  '"type":"module"',
  '"pluginDependencies":["a.b"]',
];

export const manifests: FuzzTarget = {
  name: 'manifests',
  group: 'files',
  words: WORDS,
  longest: 16 * 1024,
  base: 120,
  run(input) {
    let value: unknown;
    try {
      value = JSON.parse(input.toString('utf8'));
    } catch {
      return;
    }
    const { manifest, problems } = checkManifest(value);
    must(manifest !== undefined || problems.length > 0, 'what is no manifest has a reason');
    for (const problem of problems) must(problem !== '' && isOneLine(problem.replaceAll('\0', '')), 'a problem is one sentence', problem);
    if (manifest !== undefined) shaped(manifest);
    must(({} as Record<string, unknown>)['polluted'] === undefined, 'no object is changed by a manifest');
  },
};

/** What passed the check has the shapes that the rest of the program counts on. */
function shaped({ name, publisher, engines, contributes }: PluginManifest): void {
  must(/^[a-z0-9][a-z0-9-]*$/.test(name) && /^[a-z0-9][a-z0-9-]*$/.test(publisher), 'an id is a plain word', [name, publisher]);
  must(typeof engines.postroom === 'string', 'the API is named');
  for (const tap of contributes?.taps ?? [])
    must(typeof tap.name === 'string' && typeof tap.hook === 'string', 'a tap has a name and a hook', tap);
  for (const { command, title } of contributes?.commands ?? [])
    must(typeof command === 'string' && typeof title === 'string', 'a command has a name and a title');
}
