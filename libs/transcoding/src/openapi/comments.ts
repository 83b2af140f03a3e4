import type { DescEnum, DescField, DescFile, DescMessage, DescMethod, DescService } from '@bufbuild/protobuf';

/** A declaration that a comment can stand over. */
export type Commented = DescMessage | DescEnum | DescField | DescService | DescMethod;

/**
 * The comment of a declaration as text, without lines that are directives for tools; undefined for none. There
 * are comments only in a descriptor set with source information, which `buf build` includes.
 */
export function commentOf(desc: Commented): string | undefined {
  const path = pathOf(desc).join('.');
  const location = fileOf(desc).proto.sourceCodeInfo?.location.find(
    (candidate) => candidate.path.join('.') === path,
  );
  const text = (location?.leadingComments || location?.trailingComments || '')
    .split('\n')
    .map((line) => line.replace(/^ /, '').trimEnd())
    .filter((line) => !line.startsWith('buf:lint'))
    .join('\n')
    .trim();
  return text === '' ? undefined : text;
}

/** The first sentence of a comment, for a summary. */
export function firstSentence(comment: string): string {
  const paragraph = (comment.split('\n\n')[0] ?? '').replaceAll('\n', ' ');
  return (/^.*?[.!?](?= |$)/.exec(paragraph)?.[0] ?? paragraph).replace(/\.$/, '');
}

function fileOf(desc: Commented): DescFile {
  if (desc.kind === 'field' || desc.kind === 'rpc') return desc.parent.file;
  return desc.file;
}

/** Where a declaration stands in its file: field numbers and indexes of descriptor.proto (SourceCodeInfo.Location.path). */
function pathOf(desc: Commented): number[] {
  switch (desc.kind) {
    case 'field':
      return [...pathOf(desc.parent), 2, desc.parent.proto.field.indexOf(desc.proto)];
    case 'rpc':
      return [...pathOf(desc.parent), 2, desc.parent.proto.method.indexOf(desc.proto)];
    case 'service':
      return [6, desc.file.proto.service.indexOf(desc.proto)];
    case 'enum':
      return desc.parent === undefined
        ? [5, desc.file.proto.enumType.indexOf(desc.proto)]
        : [...pathOf(desc.parent), 4, desc.parent.proto.enumType.indexOf(desc.proto)];
    case 'message':
      return desc.parent === undefined
        ? [4, desc.file.proto.messageType.indexOf(desc.proto)]
        : [...pathOf(desc.parent), 3, desc.parent.proto.nestedType.indexOf(desc.proto)];
  }
}
