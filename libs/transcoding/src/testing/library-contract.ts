import type { ContractText } from './contract.js';

/** A small library with every kind of binding, as one would write it by the AIPs. */
export const LIBRARY: ContractText = {
  enums: { Genre: 'GENRE_UNSPECIFIED=0 FICTION=1 POETRY=2' },
  messages: {
    Book:
      'name:string title:string genre:Genre pages:int32 tags:string[] publish_time:Timestamp author:Author ' +
      'labels:map<string,string> etag:string rating:DoubleValue binding{ hardcover:bool paperback:string } extra:Struct create_time!output:Timestamp',
    Author: 'display_name!required:string secret!input:string born:int64',
    GetBookRequest: 'name:string view:string read_mask:FieldMask',
    ListBooksRequest:
      'parent:string page_size:int32 page_token:string genres:Genre[] filter:BookFilter order{ newest:bool oldest:bool } ' +
      'min_rating:DoubleValue since:Timestamp timeout:Duration ids:int64[] digest:bytes labels:map<string,string> authors:Author[]',
    BookFilter: 'title:string author:Author note:string?',
    ListBooksResponse: 'books:Book[] next_page_token:string',
    CreateBookRequest: 'parent!required:string book!required:Book book_id:string request_id:string',
    UpdateBookRequest: 'book:Book update_mask:FieldMask validate_only:bool',
    RateBookRequest: 'name:string rating:DoubleValue update_mask:FieldMask',
    DeleteBookRequest: 'name:string etag:string',
    ArchiveBookRequest: 'name:string reason:string author:Author',
    GetPageRequest: 'name:string page:int32',
    UploadCoverRequest: 'name:string cover:google.api.HttpBody alt:string',
  },
  rpcs: [
    {
      name: 'GetBook',
      input: 'GetBookRequest',
      output: 'Book',
      http: { get: '/v1/{name=shelves/*/books/*}', additionalBindings: [{ get: '/v1/{name=drafts/*}' }] },
    },
    {
      name: 'ListBooks',
      input: 'ListBooksRequest',
      output: 'ListBooksResponse',
      http: { get: '/v1/{parent=shelves/*}/books' },
    },
    {
      name: 'ListTitles',
      input: 'ListBooksRequest',
      output: 'ListBooksResponse',
      http: { get: '/v1/{parent=shelves/*}/titles', responseBody: 'books' },
    },
    {
      name: 'CreateBook',
      input: 'CreateBookRequest',
      output: 'Book',
      http: { post: '/v1/{parent=shelves/*}/books', body: 'book' },
    },
    {
      name: 'UpdateBook',
      input: 'UpdateBookRequest',
      output: 'Book',
      http: { patch: '/v1/{book.name=shelves/*/books/*}', body: 'book' },
    },
    {
      name: 'RateBook',
      input: 'RateBookRequest',
      output: 'Book',
      http: { patch: '/v1/books/{name}/rating', body: 'rating' },
    },
    {
      name: 'DeleteBook',
      input: 'DeleteBookRequest',
      output: 'Empty',
      http: { delete: '/v1/{name=shelves/*/books/*}' },
    },
    {
      name: 'ArchiveBook',
      input: 'ArchiveBookRequest',
      output: 'Book',
      http: { post: '/v1/{name=shelves/*/books/*}:archive', body: '*' },
    },
    {
      name: 'GetPage',
      input: 'GetPageRequest',
      output: 'google.api.HttpBody',
      http: { get: '/v1/pages/{name}/{page}' },
    },
    {
      name: 'UploadCover',
      input: 'UploadCoverRequest',
      output: 'Empty',
      http: { put: '/v1/covers/{name}', body: 'cover' },
    },
    {
      name: 'WatchBooks',
      input: 'ListBooksRequest',
      output: 'Book',
      serverStreaming: true,
      http: { get: '/v1/{parent=shelves/*}/books:watch' },
    },
    {
      name: 'ImportBooks',
      input: 'CreateBookRequest',
      output: 'Empty',
      clientStreaming: true,
      http: { post: '/v1/{parent=shelves/*}/books:import', body: 'book' },
    },
    { name: 'ReadFile', input: 'GetBookRequest', output: 'Book', http: { get: '/v1/files/{name=**}' } },
    { name: 'Ping', input: 'Empty', output: 'Empty', http: { custom: { kind: '*', path: '/ping' } } },
    { name: 'GrpcOnly', input: 'Empty', output: 'Empty' },
  ],
};

/** Query parameters of ListBooks, each right. */
export const LIST_PARAMETERS = [
  'page_size=7',
  'pageToken=a+b',
  'genres=FICTION',
  'genres=2',
  'filter.author.displayName=Leo',
  'filter.note=',
  'newest=true',
  'min_rating=4.5',
  'since=2024-02-29T12:00:00Z',
  'timeout=1.5s',
  'ids=-1',
  'digest=-_8',
];
