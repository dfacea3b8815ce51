/** The HTTP API: what is open, what is closed, and what is not logged. */
import { describe, expect, it } from 'vitest';
import { QUERIES } from '../../infra/stack/queries.ts';
import { dotted, functionOf, named, ofType, property, templateOf } from './stack-template.ts';

const template = templateOf();

describe('the HTTP API', () => {
  const routes = ofType(template, 'AWS::ApiGatewayV2::Route').map(([, route]) => route);

  it('is open to the public at hooks, trigger URLs and the page, and nowhere else', () => {
    expect(routes.map((route) => [property(route, 'RouteKey'), property(route, 'AuthorizationType')]).sort()).toEqual([
      ['ANY /console/{proxy+}', 'NONE'],
      ['ANY /hook/trigger', 'NONE'],
      ['ANY /hooks/{token}', 'NONE'],
      ['ANY /v1/{proxy+}', 'AWS_IAM'],
    ]);
  });

  it('leads each route to its function', () => {
    const leads = routes.map((route) => {
      const integration = ofType(template, 'AWS::ApiGatewayV2::Integration').find(([id]) => JSON.stringify(property(route, 'Target')).includes(`"${id}"`));
      return [
        property(route, 'RouteKey'),
        integration && property(integration[1], 'IntegrationUri'),
        integration && property(integration[1], 'PayloadFormatVersion'),
      ];
    });
    expect(leads.sort()).toEqual([
      ['ANY /console/{proxy+}', dotted(functionOf(template, 'api')[0], 'Arn'), '2.0'],
      ['ANY /hook/trigger', dotted(functionOf(template, 'ingest')[0], 'Arn'), '2.0'],
      ['ANY /hooks/{token}', dotted(functionOf(template, 'ingest')[0], 'Arn'), '2.0'],
      ['ANY /v1/{proxy+}', dotted(functionOf(template, 'api')[0], 'Arn'), '2.0'],
    ]);
  });

  it('answers no CORS preflight by itself', () => {
    expect(property(named(template, 'AWS::ApiGatewayV2::Api', 'Http')[1], 'CorsConfiguration')).toBeUndefined();
  });

  const [, stage] = named(template, 'AWS::ApiGatewayV2::Stage', 'Http');
  const format = String(property(stage, 'AccessLogSettings', 'Format'));

  it('is throttled', () => {
    expect(property(stage, 'DefaultRouteSettings')).toEqual({ ThrottlingBurstLimit: 400, ThrottlingRateLimit: 200 });
    const [, other] = named(templateOf({ throttle: { rateLimit: 5, burstLimit: 7 } }), 'AWS::ApiGatewayV2::Stage', 'Http');
    expect(property(other, 'DefaultRouteSettings')).toEqual({ ThrottlingBurstLimit: 7, ThrottlingRateLimit: 5 });
  });

  it('logs each request by its route, never by anything that can hold a token', () => {
    const variables = format.split(' ');
    expect(variables).toContain('$context.routeKey');
    expect(variables.filter((variable) => /path|query|header|error\.message/i.test(variable))).toEqual([]);
    expect(property(stage, 'AccessLogSettings', 'DestinationArn')).toEqual(dotted(named(template, 'AWS::Logs::LogGroup', 'Http')[0], 'Arn'));
  });

  it.each([
    ['ANY /hooks/{token}', '503', 'Internal Server Error'],
    ['ANY /v1/{proxy+}', '200', '-'],
    // No route was found.
    ['-', '404', '-'],
  ])('of %s is read by its query as it was written', (route, status, integrationError) => {
    const said = { status, requestId: 'JKJaXmPLvHcESHA=', route, integrationError };
    const line = format.replace(
      /\$context\.(\w+)/g,
      (_, variable: string) => ({ ...said, routeKey: route, integrationErrorMessage: integrationError })[variable] ?? '?',
    );
    const [, expression = ''] = /^parse @message \/(.*?)\/ \|/.exec(QUERIES['server-errors'].text) ?? [];
    expect({ ...new RegExp(expression).exec(line)?.groups }).toEqual(said);
  });
});
