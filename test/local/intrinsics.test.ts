// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Fn::Sub uses this syntax for its own variables
import { describe, expect, it } from 'vitest';
import { makeResolve } from '../../infra/local/intrinsics.ts';

const resolve = makeResolve({
  values: { 'AWS::Region': 'us-east-1', Stage: 'test' },
  identity: (id) => (id === 'Queue' ? { ref: 'http://queue', attributes: { Arn: 'arn:aws:sqs:us-east-1:0:q' } } : undefined),
});

describe('intrinsics', () => {
  it.each([
    ['Ref to a resource', { Ref: 'Queue' }, 'http://queue'],
    ['Ref to a pseudo parameter', { Ref: 'AWS::Region' }, 'us-east-1'],
    ['Ref to a parameter', { Ref: 'Stage' }, 'test'],
    ['GetAtt as a list', { 'Fn::GetAtt': ['Queue', 'Arn'] }, 'arn:aws:sqs:us-east-1:0:q'],
    ['GetAtt as text', { 'Fn::GetAtt': 'Queue.Arn' }, 'arn:aws:sqs:us-east-1:0:q'],
    ['Join', { 'Fn::Join': ['-', ['a', { Ref: 'AWS::Region' }]] }, 'a-us-east-1'],
    ['Join of a Split', { 'Fn::Join': ['+', { 'Fn::Split': ['-', { Ref: 'AWS::Region' }] }] }, 'us+east+1'],
    ['Select', { 'Fn::Select': ['1', ['a', 'b']] }, 'b'],
    ['Sub', { 'Fn::Sub': '${AWS::Region}/${Queue}/${Queue.Arn}/${!kept}' }, 'us-east-1/http://queue/arn:aws:sqs:us-east-1:0:q/${kept}'],
    ['Sub with variables', { 'Fn::Sub': ['${own}-${Stage}', { own: { Ref: 'AWS::Region' } }] }, 'us-east-1-test'],
    ['NoValue in an object', { kept: 1, gone: { Ref: 'AWS::NoValue' } }, { kept: 1 }],
    ['NoValue in a list', ['a', { Ref: 'AWS::NoValue' }], ['a']],
    ['an object that only looks like one', { Ref: 'Queue', other: 1 }, { Ref: 'Queue', other: 1 }],
  ])('%s', (_name, value, expected) => {
    expect(resolve(value, 'here')).toEqual(expected);
  });

  it.each([
    ['an unknown function', { a: [{ 'Fn::ImportValue': 'x' }] }, /here\.a\[0\]: the local engine does not evaluate Fn::ImportValue; it knows Ref, /],
    ['a condition', { Condition: 'IsProduction' }, /does not evaluate Condition/],
    ['an unknown reference', { Ref: 'Nothing' }, /here Ref: Ref to Nothing, which is neither/],
    ['an unknown resource', { 'Fn::GetAtt': ['Nothing', 'Arn'] }, /GetAtt of Nothing/],
    ['an unknown attribute', { 'Fn::GetAtt': ['Queue', 'Colour'] }, /GetAtt Queue\.Colour is not known to the local engine; it knows Arn/],
    ['an element beyond the end', { 'Fn::Select': [7, ['a']] }, /no element 7/],
    ['an unknown variable in Sub', { 'Fn::Sub': '${Nothing}' }, /Ref to Nothing/],
  ])('%s stops with its name and place', (_name, value, message) => {
    expect(() => resolve(value, 'here')).toThrow(message);
  });
});
