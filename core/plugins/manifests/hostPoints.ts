// What manifests contribute to the host itself: what else stands in "contributes" is for a point that a plugin owns.
export const HOST_POINTS: readonly string[] = [
  'taps',
  'configuration',
  'commands',
  'areas',
  'accountKinds',
  'collectors',
  'setup',
  'examples',
  'edition',
  'statusCards',
  'logColumns',
  'stores',
];
