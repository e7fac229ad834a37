// What a schema that a plugin declares may say beyond JSON Schema.

export type JsonSchema = Readonly<Record<string, unknown>>;

/** Keywords beyond draft-07 that declarations of settings may use: Postroom's own and those of VS Code. */
export const VOCABULARY: readonly string[] = [
  ...['scope', 'secret', 'restart', 'risky', 'consequence', 'renamed', 'accountKind', 'needs', 'perNode'],
  ...['refersTo', 'referenceMessages', 'argument', 'starter'],
  ...['markdownDescription', 'patternErrorMessage', 'errorMessage', 'deprecationMessage', 'markdownDeprecationMessage', 'defaultSnippets'],
  ...['enumDescriptions', 'markdownEnumDescriptions', 'enumItemLabels', 'editPresentation', 'order', 'tags', 'unit', 'doNotSuggest'],
  ...['allowComments', 'allowTrailingCommas'],
];
