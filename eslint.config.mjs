import jest from 'eslint-plugin-jest';
import tseslint from 'typescript-eslint';
import ts from 'typescript';
import literalText from './services/screens/browser/literal-text.js';

/** Verbs that titles began with when the beginning of their sentence stood in `describe`. */
const VERBS = [
  'is are was has have does do did may can must never always still',
  'accept agree allow answer ask become begin believe belong bound build call cancel catch check clear come compare',
  'confirm correct cost count cover declare delete deliver describe differ draw drop end exist expect fail fill',
  'find fit fold follow forge forget forward get give go hand hide hold ignore keep kill know lay lead leave let',
  'list listen load look lose make miss move name need neutralise notice offer open outlive pass pin play post',
  'publish put reach read recognise record refuse reject release remember repeat replace resume run save say seal',
  'see send set settle show sign sound stamp stand start stay stop submit survive switch take tell turn use verify',
  'wait withhold work write',
  'copies verifies',
]
  .join(' ')
  .replaceAll(' ', '|');
/** How a title begins that is no whole sentence: with a verb, a conjunction, or a subordinate clause alone. */
const CUT_TITLES = [
  String.raw`(?:${VERBS})(?:e?s)?(?=[ :]|$)`,
  String.raw`(?:and|but|or|nor)\b`,
  // Without a comma, there is no main clause behind it.
  String.raw`(?:where|when|while|because|whose|that|by|of|to|at|amid|with|without|beside|behind)\b[^,]*$`,
];
const WHOLE_SENTENCE = [`^(?:${CUT_TITLES.join('|')})`, 'A test name is a whole sentence: say what the verb is about.'];

/**
 * A type assertion is believed, not checked, so it says why it holds: at the end of its line, or above. One to a wider
 * type is checked after all, and needs no reason: but for what was `any`, also as the argument of a type, and for
 * members that may be absent and that the narrower type says nothing of.
 */
const reasonForAssertion = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { reason: 'Say in a comment why this is of that type, or have it parsed.' },
  },
  create(context) {
    const { program, esTreeNodeToTSNodeMap } = context.sourceCode.parserServices;
    const checker = program.getTypeChecker();
    const typeOf = (node) => checker.getTypeAtLocation(esTreeNodeToTSNodeMap.get(node));
    const argumentsOf = (type) => type.aliasTypeArguments ?? ('target' in type ? checker.getTypeArguments(type) : []);
    const isUnknown = (type) => type === undefined || (type.flags & ts.TypeFlags.Unknown) !== 0;
    const believesAny = (from, to) =>
      (from.flags & ts.TypeFlags.Any) !== 0
        ? !isUnknown(to)
        : !isUnknown(to) && argumentsOf(from).some((argument, index) => believesAny(argument, argumentsOf(to)[index]));
    const believesAbsent = (from, to) =>
      to
        .getProperties()
        .some(
          (member) =>
            (member.flags & ts.SymbolFlags.Optional) !== 0 &&
            from.getProperty(member.getName()) === undefined &&
            !isUnknown(checker.getTypeOfSymbol(member)),
        );
    const { lines } = context.sourceCode;
    const commented = new Set(
      context.sourceCode.getAllComments().flatMap(({ loc }) => {
        const isAlone = lines[loc.start.line - 1].slice(0, loc.start.column).trim() === '';
        return [loc.end.line, ...(isAlone ? [loc.end.line + 1] : [])];
      }),
    );
    return {
      TSAsExpression(node) {
        if (node.typeAnnotation.typeName?.name === 'const') return;
        const [from, to] = [typeOf(node.expression), typeOf(node)];
        if (!believesAny(from, to) && !believesAbsent(from, to) && checker.isTypeAssignableTo(from, to)) return;
        if (![node.loc.start.line, node.loc.end.line].some((line) => commented.has(line)))
          context.report({ node, messageId: 'reason' });
      },
    };
  },
};

/**
 * What is distinguished by a member is distinguished by `kind`: a union of objects has no other member of one value
 * each.
 */
const oneDiscriminant = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { kind: 'The member that tells the types of a union apart is called kind, not {{ name }}.' },
  },
  create(context) {
    const { program, esTreeNodeToTSNodeMap } = context.sourceCode.parserServices;
    const checker = program.getTypeChecker();
    return {
      TSUnionType(node) {
        const parts = node.types.filter(({ type }) => type !== 'TSNullKeyword' && type !== 'TSUndefinedKeyword');
        if (parts.length === 1) return;
        const type = checker.getTypeAtLocation(esTreeNodeToTSNodeMap.get(node));
        const members = type.isUnion() ? type.types.filter(({ flags }) => (flags & ts.TypeFlags.Object) !== 0) : [];
        const [first] = members;
        if (first === undefined || members.length === 1) return;
        const valuesOf = (name) =>
          members.map((member) => {
            const property = member.getProperty(name);
            return property === undefined ? undefined : checker.getTypeOfSymbol(property);
          });
        const tellsApart = (name) => {
          const values = valuesOf(name);
          return (
            values.every((value) => value !== undefined && (value.flags & ts.TypeFlags.Unit) !== 0) &&
            new Set(values).size > 1
          );
        };
        const names = first.getProperties().map((property) => property.getName());
        const [name] = names.filter(tellsApart);
        if (name !== undefined && !names.includes('kind')) context.report({ node, messageId: 'kind', data: { name } });
      },
    };
  },
};

/** An error says by its type whose business it is: a bare one is of no type that anybody could look for. */
const typedErrors = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      typed:
        'Throw an error of a type of its own: CommandError, BrokenInvariant, or that of the part (CONTRIBUTING.md).',
    },
  },
  create: (context) => ({
    ':matches(NewExpression, CallExpression)[callee.name="Error"]': (node) => {
      context.report({ node, messageId: 'typed' });
    },
  }),
};

const house = {
  rules: {
    'reason-for-assertion': reasonForAssertion,
    'one-discriminant': oneDiscriminant,
    'typed-errors': typedErrors,
  },
};

export default tseslint.config(
  { ignores: ['dist', 'data', 'coverage', 'node_modules'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      // What imports types alone says so once.
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'ExportDefaultDeclaration',
          message: 'Export by name: a name that is searched for should be found.',
        },
        {
          selector: 'ExportAllDeclaration',
          message: 'Import from the file that defines a name: re-exports hide which module needs which.',
        },
        {
          selector:
            ':matches(PropertyDefinition, TSParameterProperty, MethodDefinition[kind!="constructor"])[accessibility="private"]',
          message: 'A private member is written with #, which holds at runtime too.',
        },
      ],
      eqeqeq: ['error', 'always'],
      'no-console': 'error',
    },
  },
  {
    files: ['services/**/*.ts', 'projections/**/*.ts', 'schemas/**/*.ts', 'clients/**/*.ts'],
    plugins: { house },
    rules: { 'house/reason-for-assertion': 'error' },
  },
  {
    // In schemas/ and clients/, members have the names that they have on the wire.
    files: ['services/**/*.ts', 'projections/**/*.ts'],
    plugins: { house },
    rules: { 'house/one-discriminant': 'error' },
  },
  {
    files: ['services/**/*.ts', 'projections/**/*.ts', 'schemas/**/*.ts'],
    // Inside of an adapter, an error is on its way to the one that leaves it: EventStoreError, ReadModelError.
    ignores: ['services/event-store/eventstoredb/**', 'services/read-model/order-table/**'],
    plugins: { house },
    rules: { 'house/typed-errors': 'error' },
  },
  {
    files: ['test/**/*.test.ts', 'test/**/*.contract.ts'],
    extends: [jest.configs['flat/recommended']],
    rules: {
      'jest/expect-expect': ['error', { assertFunctionNames: ['expect', 'expect*', 'fc.assert'] }],
      'jest/no-standalone-expect': 'off',
    },
  },
  {
    files: ['test/**/*.test.ts', 'test/**/contract.ts', 'test/**/contract/*.ts'],
    plugins: { jest },
    rules: { 'jest/valid-title': ['error', { mustNotMatch: { it: WHOLE_SENTENCE, test: WHOLE_SENTENCE } }] },
  },
  {
    // Newer than the oldest browsers that the screens run in (docs/guides/embed-the-board.md).
    files: ['services/screens/browser/**/*.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        ...[
          ['URL', 'canParse'],
          ['URL', 'parse'],
          ['AbortSignal', 'any'],
          ['AbortSignal', 'timeout'],
          ['Array', 'fromAsync'],
          ['Object', 'groupBy'],
          ['Promise', 'withResolvers'],
        ].map(([object, property]) => ({ object, property, message: 'Browsers that are supported do not have it.' })),
      ],
    },
  },
  {
    files: ['services/screens/browser/**/*.ts'],
    // For developers, in English alone.
    ignores: ['services/screens/browser/sandbox/**'],
    plugins: { screens: { rules: { 'literal-text': literalText } } },
    rules: { 'screens/literal-text': 'error' },
  },
  { files: ['test/bench/**/*.ts'], rules: { 'no-console': 'off' } },
);
