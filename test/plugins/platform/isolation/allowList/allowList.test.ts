// The lists beside the gate, held against the Node that runs this: what a new version brings is refused, and nothing allowed is missing by mistake.
import { builtinModules } from 'node:module';
import { expect } from 'chai';
import { GLOBALS } from '#plugins/platform/isolation/dist/allowList/globals.js';
import { MODULES } from '#plugins/platform/isolation/dist/allowList/modules.js';
import { PROCESS_PROPERTIES } from '#plugins/platform/isolation/dist/allowList/processProperties.js';
import { OnePlugin } from '../onePlugin.js';

/** Only to be had with `node:` in front; older versions of Node leave them out of their list. */
const WITH_SCHEME = ['sea', 'sqlite', 'test', 'test/reporters', 'ffi', 'quic', 'vfs'];

const LOOK = `
  if (args.look === 'modules') {
    const found = {};
    for (const name of args.names) {
      found[name] = await import('node:' + name).then(() => 'loaded', (error) => (/A plugin may not use node:/.test(error.message) ? 'refused' : error.code));
    }
    return found;
  }
  if (args.look === 'functions') {
    const module = await import('node:' + args.name);
    const { createRequire } = await import('node:module');
    const required = createRequire(import.meta.url)(args.name);
    const state = (value) => {
      if (typeof value !== 'function') return value === undefined ? 'missing' : 'there';
      // Others could do anything when they are called.
      if (value.name !== 'refused') return 'there';
      try { return new value(), 'there'; } catch (error) { return error.code === 'ERR_ACCESS_DENIED' && /A plugin may not/.test(error.message) ? 'refused' : 'there'; }
    };
    return Object.fromEntries(args.names.map((name) => [name, [state(module[name]), state(required[name])].join(' ')]));
  }
  if (args.look === 'process') {
    return Object.fromEntries(Object.getOwnPropertyNames(process).map((name) => {
      const { value, get } = Object.getOwnPropertyDescriptor(process, name);
      if (get !== undefined) return [name, 'getter'];
      if (value === undefined) return [name, 'missing'];
      if (typeof value !== 'function' || args.allowed.includes(name)) return [name, 'there'];
      try { value(); return [name, 'there']; } catch (error) { return [name, error.message.startsWith('A plugin may not use process.' + name) ? 'refused' : 'there']; }
    }));
  }
  return Object.getOwnPropertyNames(globalThis);
`;

describe('what a plugin may have of Node', () => {
  let plugin: OnePlugin;
  const names = [...new Set([...builtinModules.map((name) => name.replace(/^node:/, '')), ...WITH_SCHEME])];
  before(async () => {
    plugin = await OnePlugin.start(LOOK);
  });
  after(() => plugin.end());

  it('is every module that the list names, and no other that this Node has', async () => {
    const found = (await plugin.run({ look: 'modules', names })).answer as Readonly<Record<string, string>>;
    // A module that this version does not have yet, or not any more.
    const there = Object.entries(found).filter(([, state]) => state !== 'ERR_UNKNOWN_BUILTIN_MODULE');
    expect(there.length).to.be.greaterThan(60);
    for (const [name, state] of there) expect(state, name).to.equal(Object.hasOwn(MODULES, name) ? 'loaded' : 'refused');
  });

  for (const [name, rule] of Object.entries(MODULES)) {
    if (typeof rule === 'string') continue;
    it(`is of ${name} what its rule says`, async () => {
      const own = Object.keys((await import(`node:${name}`)) as object).filter((key) => key !== 'default' && key !== 'module.exports');
      const states = (await plugin.run({ look: 'functions', name, names: own })).answer as Readonly<Record<string, string>>;
      for (const key of own) {
        const isAllowed = 'only' in rule ? rule.only.includes(key) || Object.hasOwn(rule.instead ?? {}, key) : !rule.without.includes(key);
        if (!isAllowed) expect(states[key], `${name}.${key}`).to.be.oneOf(['refused refused', 'missing missing']);
        else expect(states[key], `${name}.${key}`).to.not.include('refused');
      }
    });
  }

  it('is every property of process that the list names, and no other that works', async () => {
    const states = (await plugin.run({ look: 'process', allowed: PROCESS_PROPERTIES })).answer as Readonly<Record<string, string>>;
    expect(Object.keys(states).length).to.be.greaterThan(60);
    for (const [name, state] of Object.entries(states)) {
      if (!PROCESS_PROPERTIES.includes(name)) expect(state, `process.${name}`).to.be.oneOf(['refused', 'missing']);
    }
    for (const name of ['env', 'cwd', 'nextTick', 'memoryUsage', 'pid', 'argv', 'stdout']) expect(states[name], name).to.equal('there');
  });

  it('is every global name that the list names, and no other', async () => {
    const found = (await plugin.run({ look: 'globals' })).answer as readonly string[];
    expect(found.filter((name) => !GLOBALS.includes(name))).to.deep.equal([]);
    expect(found).to.include.members(['Buffer', 'fetch', 'setTimeout', 'structuredClone', 'URL', 'WebAssembly']);
    // Of those that the tests themselves have, none is lost.
    const lost = Object.getOwnPropertyNames(globalThis).filter((name) => GLOBALS.includes(name) && !found.includes(name));
    expect(lost).to.deep.equal([]);
  });
});
