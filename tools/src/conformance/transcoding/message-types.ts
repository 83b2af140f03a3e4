/** Enums of the message types, in the form of `contract`. */
export const ENUMS: Readonly<Record<string, string>> = {
  EnumValue: 'X=0 Y=1 Z=2',
  Enum: 'ENUM_UNSPECIFIED=0 ENUM_VALUE=1',
  NestedEnum: 'UNSPECIFIED=0 FOO=1 BAR=2 BAZ=3 NEG=-1',
  Gender: 'UNKNOWN=0 MALE=1 FEMALE=2',
  ShelfType: 'CLASSIC=0 COMIC=1 HORROR=2 OTHER=3',
};

const SCALARS = 'float double int64 int32 uint64 uint32 bool string bytes'.split(' ');
const ALL_SCALARS = [...SCALARS, 'sint32', 'sint64', 'fixed32', 'fixed64', 'sfixed32', 'sfixed64'];
const WRAPPERS = {
  float: 'Float',
  double: 'Double',
  int64: 'Int64',
  int32: 'Int32',
  uint64: 'UInt64',
  uint32: 'UInt32',
  bool: 'Bool',
  string: 'String',
  bytes: 'Bytes',
};
const each = (types: readonly string[], write: (type: string) => string): string =>
  types.map(write).join(' ');
const wrappers = (write: (name: string, type: string) => string): string =>
  Object.entries(WRAPPERS)
    .map(([scalar, name]) => write(scalar, `${name}Value`))
    .join(' ');

/** The message types that the file's `types` describe, in the form of `contract`. */
export const MESSAGES: Readonly<Record<string, string>> = {
  Proto3Message:
    `nested:Proto3Message ${each(SCALARS, (type) => `${type}_value:${type}`)} repeated_value:string[] optional_value:string? ` +
    'repeated_message:UInt64Value[] enum_value:EnumValue repeated_enum:EnumValue[] timestamp_value:Timestamp ' +
    'duration_value:Duration fieldmask_value:FieldMask oneof_value{ oneof_bool_value:bool oneof_string_value:string } ' +
    'nested_oneof_value{ nested_oneof_int32_value:int32 nested_oneof_value_one:Proto3Message } ' +
    wrappers(
      (scalar, type) =>
        `wrapper_${scalar === 'uint64' ? 'u_int64' : scalar === 'uint32' ? 'u_int32' : scalar}_value:${type}`,
    ) +
    ' map_value:map<string,string> map_value2:map<string,int32> map_value3:map<int32,string> map_value14:map<string,bool> ' +
    'map_value15:map<bool,string> map_value16:map<string,UInt64Value> struct_value_value:Value struct_value:Struct',
  ParameterValues:
    `${each(ALL_SCALARS, (type) => `${type}_value:${type}`)} timestamp:Timestamp duration:Duration ` +
    `${wrappers((scalar, type) => `${scalar}_value_wrapper:${type}`)} field_mask:FieldMask enum_value:Enum enum_list:Enum[] ` +
    'double_list:double[] double_value_list:double[] oneof{ oneof_double_value:double oneof_string_value:string oneof_enum_value:Enum } ' +
    'nested:ParameterNested recursive:ParameterValues string_map:map<string,string> nested_map:map<string,ParameterNested> ' +
    'recursive_list:ParameterValues[] struct_value:Struct value:Value',
  ParameterNested: 'double_value:double enum_value:Enum',
  HelloRequest:
    'name:string age:int32 sub:SubMessage data:DataTypes wrappers:Wrappers repeated_strings:string[] ' +
    'repeated_messages:SubMessage[] repeated_double_values:double[] value_value:Value list_value:ListValue null_value:NullValue ' +
    'map_strings:map<string,string> map_message:map<string,SubMessage> map_keyint_valueint:map<int32,int32> ' +
    'map_keybool:map<bool,string> map_keyint:map<int32,string> float_value:FloatValue field_name~json_customized_name:string ' +
    'hiding_field_name~field_name:string timestamp_value:Timestamp duration_value:Duration struct_value:Struct ' +
    'field_mask_value:FieldMask any_message:Any oneof_test{ oneof_name1:string oneof_name2:string }',
  SubMessage: 'subfield:string subfields:string[]',
  DataTypes: `${each(ALL_SCALARS, (type) => `single_${type}:${type}`)} single_enum:NestedEnum single_message:SubMessage`,
  Wrappers: wrappers((scalar, type) => `${scalar}_value:${type}`),
  Shelf: 'id:int64 theme:string',
  Book: 'id:int64 author:string title:string quotes:string[]',
  CreateShelfRequest: 'shelf:Shelf',
  CreateBookRequest: 'shelf:int64 book:Book',
  GetShelfRequest: 'shelf:int64',
  DeleteBookRequest: 'shelf:int64 book:int64',
  EchoBodyRequest: 'arg:string nested:EchoNested',
  EchoNested: 'content:google.api.HttpBody',
  EchoStructReqResp: 'content:Struct',
  Author: 'id:uint64 gender:Gender first_name:string last_name~lname:string',
  CppShelf: 'name:string theme:string type:ShelfType',
  CppBook: 'name:string author:string title:string author_info:AuthorInfo',
  AuthorInfo: 'first_name:string last_name:string bio:Bio',
  Bio: 'year_born:int64 year_died:int64 text:string',
  CppCreateBookRequest: 'shelf:int64 book:CppBook',
  CppGetShelfRequest: 'shelf:int64',
  CppListShelvesResponse: 'shelves:CppShelf[]',
  LibraryBook: 'name:string title:string author:string parent:string',
  LibraryCreateBookRequest: 'parent:string book_id:string book:LibraryBook request_id:string',
  LibraryGetBookRequest: 'name:string',
  LibraryListCheckoutsRequest: 'name:string',
  LibraryCheckouts: 'checkouts:LibraryCheckout[]',
  LibraryCheckout: 'id:int64',
  ABitOfEverything:
    `single_nested:ABitOfNested uuid:string nested:ABitOfNested[] ${each(ALL_SCALARS, (type) => `${type}_value:${type}`)} ` +
    'enum_value:EnumValue repeated_string_value:string[] repeated_enum_value:EnumValue[] ' +
    'oneof_value{ oneof_empty:Empty oneof_string:string } map_value:map<string,EnumValue> ' +
    'mapped_string_value:map<string,string> mapped_nested_value:map<string,ABitOfNested> timestamp_value:Timestamp ' +
    'struct_value:Struct anytype:Any nested_outer:NestedOuter',
  ABitOfNested: 'name:string amount:uint32 ok:bool',
  NestedOuter: 'one:NestedOne',
  NestedOne: 'two:NestedTwo',
  NestedTwo: 'three:NestedThree',
  NestedThree: 'a:bool b:bool c:bool',
  NonStandardMessage:
    'id:string Num:int64 line_num:int64 thing:NonStandardThing struct_field:Struct value_field:Value',
  NonStandardThing: 'subThing:NonStandardSubThing',
  NonStandardSubThing: 'sub_value:string',
  NonStandardMessageWithJSONNames: 'id~ID:string Num~Num:int64 thing~Thingy:Thing',
  Thing: 'subThing~SubThing:SubThing',
  SubThing: 'sub_value~sub_Value:string',
  HelloReply: 'message:string nullable_message:SubMessage',
  BigBook: 'field2@2:string field3@3:string',
  EchoNestedBodyRequest: 'nested1:NestedBody nested2:NestedBody',
  NestedBody: 'body:google.api.HttpBody',
  FileRequest: 'filename:string file:google.api.HttpBody',
  BulkRequest: 'shelf:Shelf',
};

/** Names of `request_type` that differ from the names above. */
const ALIASES: Readonly<Record<string, string>> = {
  'CppBook.Book': 'CppBook',
  'CppBook.Shelf': 'CppShelf',
  'CppBook.CreateBookRequest': 'CppCreateBookRequest',
  'CppBook.GetShelfRequest': 'CppGetShelfRequest',
  'CppBook.ListShelvesResponse': 'CppListShelvesResponse',
  'library.CreateBookRequest': 'LibraryCreateBookRequest',
  'library.GetBookRequest': 'LibraryGetBookRequest',
  'library.ListCheckoutsRequest': 'LibraryListCheckoutsRequest',
};

/** The message type that a case names; undefined for one that the file does not describe. */
export function messageNamed(requestType: string): string | undefined {
  const own = ALIASES[requestType] ?? requestType.slice(requestType.lastIndexOf('.') + 1);
  if (requestType.startsWith('google.')) return requestType;
  return own in MESSAGES ? own : undefined;
}

/** Messages of RPCs whose cases name no `request_type`. */
export const RPC_SHAPES: Readonly<
  Record<string, { input?: string; output?: string; streaming?: 'client' | 'server' }>
> = {
  GetIndex: { output: 'google.api.HttpBody' },
  GetIndexStream: { output: 'google.api.HttpBody', streaming: 'server' },
  EchoBody: { input: 'EchoBodyRequest', output: 'google.api.HttpBody' },
  StreamBody: { input: 'EchoBodyRequest', streaming: 'client' },
  EchoNestedBody: { input: 'EchoNestedBodyRequest' },
  Upload: { input: 'FileRequest', streaming: 'client' },
  Download: { input: 'FileRequest', output: 'FileRequest', streaming: 'server' },
  ListBooks: { input: 'GetShelfRequest', output: 'LibraryBook', streaming: 'server' },
  BulkCreateShelf: { input: 'BulkRequest', streaming: 'client' },
  Stream: { input: 'Shelf', streaming: 'client' },
  GetAuthor: { output: 'Author' },
  Hello: { output: 'HelloReply' },
  GetBigBook: { output: 'BigBook' },
  ListCheckouts: { output: 'LibraryCheckouts' },
  GetShelf: { input: 'GetShelfRequest', output: 'Shelf' },
  CreateShelf: { input: 'CreateShelfRequest', output: 'Shelf' },
};
