// A hook of Node's module loader that refuses mailparser, as a broken installation would.
import type { ResolveHook } from 'node:module';

export const resolve: ResolveHook = (specifier, context, nextResolve) => {
  if (specifier === 'mailparser') throw new Error('There is no mailparser here.');
  return nextResolve(specifier, context);
};
