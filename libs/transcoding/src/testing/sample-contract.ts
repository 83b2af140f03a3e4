import type { ContractText } from './contract.js';

const SCALARS = [
  'double',
  'float',
  'int64',
  'uint64',
  'int32',
  'fixed64',
  'fixed32',
  'bool',
  'string',
  'bytes',
  'uint32',
  'sfixed32',
  'sfixed64',
  'sint32',
  'sint64',
];
const WRAPPERS = ['Double', 'Float', 'Int64', 'UInt64', 'Int32', 'UInt32', 'Bool', 'String', 'Bytes'];
const KEYS = SCALARS.filter((type) => !['double', 'float', 'bytes'].includes(type));

const fields = (types: readonly string[], write: (type: string, index: number) => string): string =>
  types.map(write).join(' ');

/** Messages that between them have every kind of field: what the codec is compared on. */
export const SAMPLE_CONTRACT: ContractText = {
  enums: { Color: 'COLOR_UNSPECIFIED=0 RED=1 GREEN=2 NEGATIVE=-1' },
  messages: {
    Scalars: fields(SCALARS, (type) => `${type}_value:${type}`) + ' color:Color',
    Optionals: fields(SCALARS, (type) => `${type}_value:${type}?`) + ' color:Color?',
    Lists:
      fields(SCALARS, (type) => `${type}_list:${type}[]`) +
      ' colors:Color[] children:Leaf[] times:Timestamp[] values:Value[]',
    Maps:
      fields(KEYS, (type) => `by_${type}:map<${type},string>`) +
      ' colors:map<string,Color> leaves:map<string,Leaf> counts:map<int32,int64> values:map<string,Value>',
    Oneofs: `first{ ${fields(SCALARS, (type) => `${type}_value:${type}`)} leaf:Leaf nothing:NullValue } second{ time:Timestamp text:string }`,
    Wrappers:
      fields(WRAPPERS, (type) => `${type.toLowerCase()}_value:${type}Value`) + ' strings:StringValue[]',
    WellKnown:
      'time:Timestamp span:Duration mask:FieldMask object:Struct value:Value list:ListValue any:Any empty:Empty anys:Any[]',
    Tree: 'name:string left:Tree right:Tree branches:Tree[] by_name:map<string,Tree>',
    Leaf: 'id:int64 display_name:string custom~"odd"Name:string high@5000:bool',
  },
};
