import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** A field of an interface, as its declaration has it. */
export interface Field {
  readonly name: string;
  readonly type: string;
  readonly comment: string;
}

const SOURCE = new URL('../../src/', import.meta.url);
const printer = ts.createPrinter({ removeComments: true, omitTrailingSemicolon: true });

/**
 * The fields that an interface declares itself, without those that it inherits.
 *
 * @param path of its file, below src/
 */
export function fieldsOf(path: string, name: string): Field[] {
  const file = fileURLToPath(new URL(path, SOURCE));
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true);
  const declaration = source.statements.find(
    (statement) => ts.isInterfaceDeclaration(statement) && statement.name.text === name,
  );
  if (declaration === undefined || !ts.isInterfaceDeclaration(declaration))
    throw new Error(`src/${path}: wanted an interface ${name}, found none`);
  return declaration.members.filter(ts.isPropertySignature).map((member) => ({
    name: member.name.getText(source),
    type: typeText(member, source),
    comment: commentOf(member),
  }));
}

/** The type on one line, without what only a compiler cares for. */
function typeText(member: ts.PropertySignature, source: ts.SourceFile): string {
  if (member.type === undefined) throw new Error(`wanted a type of ${member.name.getText(source)}`);
  const text = printer.printNode(ts.EmitHint.Unspecified, member.type, source);
  return text
    .replace(/\breadonly /g, '')
    .replace(/\bReadonly<(Record<[^>]*>)>/g, '$1')
    .replace(/\s+/g, ' ')
    .trim();
}

function commentOf(member: ts.PropertySignature): string {
  const [block] = ts.getJSDocCommentsAndTags(member).filter(ts.isJSDoc);
  const comment = ts.getTextOfJSDocComment(block?.comment) ?? '';
  return comment.replace(/\s+/g, ' ').trim();
}
