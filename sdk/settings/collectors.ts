// Who collects an account's mail from its ISP: which ways are installed, and which properties are whose. Pure.
import type { CollectorDeclaration } from '../manifest.js';

/** The `via` of accounts that say none: '' where nothing that collects is installed. */
export function defaultVia(collectors: readonly CollectorDeclaration[]): string {
  return (collectors.find(({ isDefault }) => isDefault === true) ?? collectors[0])?.via ?? '';
}

/** `collectors`: with the keys of their properties, as the merged schema has them. The other ways to collect that a property of accounts belongs to; none where an account that is collected by `via` may have a use for it. */
export function foreignCollectors(key: string, via: string, collectors: readonly CollectorDeclaration[]): readonly string[] {
  const owners = collectors.filter(({ properties }) => properties.includes(key));
  return owners.some((each) => each.via === via) ? [] : owners.map((each) => each.via);
}
