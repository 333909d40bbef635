// The sample templates: the sandbox's and the demo's. Each file is the body with which the Cloud API creates a template.

import helloWorldFile from './templates/hello_world.en_US.json';
import loginCode from './templates/login_code.en_US.json';
import orderShippedGerman from './templates/order_shipped.de.json';
import orderShippedEnglish from './templates/order_shipped.en_US.json';
import orderShippedSpanish from './templates/order_shipped.es.json';
import summerSale from './templates/summer_sale.en_US.json';

/** The template that every new account of the provider has, approved. */
export function helloWorld(): unknown {
  return helloWorldFile;
}

/** The sample templates as their files have them; the template's own parser reads them, as it reads anyone's. */
export function sampleTemplates(): readonly unknown[] {
  return [helloWorldFile, orderShippedEnglish, orderShippedGerman, orderShippedSpanish, summerSale, loginCode];
}
