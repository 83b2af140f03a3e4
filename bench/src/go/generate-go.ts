import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  CodeGeneratorRequestSchema,
  CodeGeneratorResponseSchema,
  type FileDescriptorProto,
} from '@bufbuild/protobuf/wkt';
import { contract } from '@gatehouse/contracts';

/** The files of the contract that Go code is made of. */
const OWN = 'gatehouse/resources/v1/';

/** What the generated code may import: the rules and constraints of the contract are nothing to Go. */
const KNOWN = /^(?:google\/|gatehouse\/resources\/)/;

/**
 * Has plugins of protoc write Go code of the contract, as protoc would.
 *
 * @param plugins their files
 * @param folder where the code goes
 * @param importPath how Go imports that folder
 */
export async function generateGo(
  plugins: readonly string[],
  folder: string,
  importPath: string,
): Promise<void> {
  const protoFile = [...contract.files].map(({ proto }) => withoutUnknown(proto)).filter(isKnown);
  const fileToGenerate = protoFile.map(({ name }) => name).filter((name) => name.startsWith(OWN));
  const imports = fileToGenerate.map((name) => `M${name}=${importPath}/${dirname(name)}`);
  const parameter = ['paths=source_relative', ...imports].join(',');
  const request = create(CodeGeneratorRequestSchema, { fileToGenerate, protoFile, parameter });
  for (const plugin of plugins) {
    const output = execFileSync(plugin, { input: toBinary(CodeGeneratorRequestSchema, request) });
    const { error, file } = fromBinary(CodeGeneratorResponseSchema, output);
    if (error) throw new Error(`${plugin}: ${error}`);
    for (const { name, content } of file) {
      const path = join(folder, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
    }
  }
}

function isKnown({ name }: FileDescriptorProto): boolean {
  return KNOWN.test(name);
}

function withoutUnknown(file: FileDescriptorProto): FileDescriptorProto {
  return { ...file, dependency: file.dependency.filter((name) => KNOWN.test(name)) };
}
