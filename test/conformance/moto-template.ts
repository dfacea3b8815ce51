/** The template as moto's CloudFormation takes it, and what it then does not make. */
import * as z from 'zod/mini';

interface Lack {
  /** How the type of the resource begins. */
  readonly type: string;
  readonly why: string;
  /** What stands for it wherever it is named: then it is cut out, as the deployment would fail with it. */
  readonly standIn?: string;
}

const LACKS: readonly Lack[] = [
  { type: 'AWS::ApiGatewayV2::', why: 'its CloudFormation has no HTTP API: cut out of the template', standIn: 'https://cut-out.example' },
  {
    type: 'AWS::SecretsManager::',
    why: 'its CloudFormation has no secrets: cut out of the template',
    standIn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:cut-out',
  },
  { type: 'AWS::CloudWatch::Dashboard', why: 'it names alarms by their ARN, which moto does not know: cut out of the template', standIn: 'cut-out' },
  ...['AWS::CloudWatch::Alarm', 'AWS::Lambda::EventInvokeConfig', 'AWS::Logs::MetricFilter', 'AWS::Logs::QueryDefinition', 'AWS::SQS::QueuePolicy'].map(
    (type) => ({ type, why: 'its CloudFormation passes over them without a word' }),
  ),
];

const lackOf = (type: string | undefined): Lack | undefined => LACKS.find((lack) => type?.startsWith(lack.type));

/** Why no resource of this type is there after a deployment. */
export const notMade = (type: string): string | undefined => lackOf(type)?.why;

const Template = z.looseObject({ Resources: z.record(z.string(), z.looseObject({ Type: z.string() })) });

export const withoutWhatMotoLacks = (text: string): string => {
  const template = Template.parse(JSON.parse(text));
  const standIn = (type: string | undefined): string | undefined => lackOf(type)?.standIn;
  const Resources = Object.fromEntries(Object.entries(template.Resources).filter(([, { Type }]) => standIn(Type) === undefined));
  return JSON.stringify({ ...template, Resources }, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null) return value;
    const target = 'Ref' in value ? value.Ref : 'Fn::GetAtt' in value && Array.isArray(value['Fn::GetAtt']) ? value['Fn::GetAtt'][0] : undefined;
    return (typeof target === 'string' ? standIn(template.Resources[target]?.Type) : undefined) ?? value;
  });
};
