import { keepLanguageInHeader } from '../operators/header-links';
import { languageOf } from '../shared/query';
import { started } from '../shared/started';

// This page is English. Those that its header leads to speak as the page was asked to that led here.
keepLanguageInHeader(languageOf(window.location.search));
started();
