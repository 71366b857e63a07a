// The client of Gatepass for Node.js 18 and later and for browsers. Generated from the OpenAPI document; do not edit.

/** What every call answers. */
export interface Answer<T> {
  data: T;
  status: number;
  headers: Headers;
  /** The path of the next page of a list, null where nothing follows. */
  next: string | null;
}

/** What any call may be given besides. */
export interface CallOptions {
  /** For creates: a repeat with the same key gets the first answer and changes nothing. */
  idempotencyKey?: string;
  /** For changes: the ETag of what you read; a change by somebody else since then is refused. */
  ifMatch?: string;
  signal?: AbortSignal;
}

/** An error that the server answered. */
export class GatepassError extends Error {
  constructor(
    readonly status: number,
    /** The stable name of the error. */
    readonly code: string,
    message: string,
    /** After how many seconds a repeat makes sense, where it does. */
    readonly retryAfter: number | null,
    readonly body: unknown,
  ) {
    super(message);
    this.name = "GatepassError";
  }
}

export interface GatepassOptions {
  /** Where the server is, such as https://auth.example.com. */
  baseUrl: string;
  /** A management token, an API key, or a person's access token; or what returns one. */
  token?: string | (() => string | Promise<string>);
  /** The application that calls; the management API does not need it. */
  clientId?: string;
  fetch?: typeof fetch;
}

interface Wanted {
  query?: object | undefined;
  body?: unknown;
  form?: boolean;
  options?: CallOptions | undefined;
}

/** The error body of the hosted API: the union of all its documented forms. */
export interface HostedError {
  error: number;
  error_code: string;
  error_description: string;
  code: number;
  message: string;
  description: string;
}

/** An error body after RFC 9457. */
export interface ProblemDetails {
  type: string;
  title: string;
  status: number;
  code: string;
  trace_id: string;
}

/** The error body of RFC 6749 §5.2. */
export interface OAuthError {
  error: string;
  error_description: string;
}

/** What send takes; `match` asks for a number to show on the waiting screen. */
export interface SendBody {
  email: string;
  match?: boolean;
  client_id?: string;
}

/** What send answers: the handle of the attempt, and the number to show where one was asked for. */
export interface SendAnswer {
  state: string;
  match?: string | null;
}

/** What resend takes. */
export interface ResendBody {
  state: string;
  client_id?: string;
}

/** An empty object. */
export interface Nothing {
}

/** What verify takes. */
export interface VerifyQuery {
  state: string;
  magictext: string;
}

/** What status takes; `wait` is how many seconds the answer may be held back until something changes, up to 25. */
export interface MagicLinkStatusQuery {
  state: string;
  wait?: number;
}

/** The answer of magic-link status and of refresh; without tokens while nobody has signed in. */
export interface NestedEnvelope {
  authenticated: boolean;
  oauth?: OAuthTokens | null;
  user?: NestedUser | null;
}

/** The tokens of the nested envelope. */
export interface OAuthTokens {
  access_token: string;
  refresh_token: string;
  expires_at: string;
  token_type?: string;
}

/** The user of the nested envelope. */
export interface NestedUser {
  created_at: string;
  updated_at: string;
  issuer: string;
  user_id: string;
  identifier: string;
  email: string;
  last_login_at: string | null;
}

/** What the stream of status events takes. */
export interface EventsQuery {
  state: string;
}

/** Whose second step it is: an address or a user's id. */
export interface TokenBody {
  identifier: string;
  client_id?: string;
}

/** What opens the second step of one person, for some minutes, at the calls below /mfa. */
export interface BodiesTokenAnswer {
  mfa_token: string;
  token_type: string;
  expires_in: number;
  factors: string[];
  demand: string;
}

/** One authenticator; `oob_channel` says over what a code is sent, where one is. */
export interface AuthenticatorAnswer {
  id: string;
  authenticator_type: string;
  oob_channel: string | null;
  name: string;
  active: boolean;
}

/** Which factor is asked: `otp`, `oob`, `passkey` or `recovery-code`; and over what a code is sent. */
export interface InitiateBody {
  authenticator_type?: string;
  oob_channels?: string | string[];
  oob_channel?: string;
  client_id?: string;
}

/** What validate needs back; `binding_method` says whether somebody types a code. */
export interface InitiateAnswer {
  challenge_type: string;
  oob_code?: string;
  oob_channel?: string;
  binding_method?: string;
  target?: string;
  publicKey?: Record<string, unknown> | null;
}

/** What somebody answers: a code, with the `oob_code` of one that was sent; a recovery code; or a passkey. */
export interface ValidateBody {
  oob_code?: string;
  otp?: string;
  binding_code?: string;
  recovery_code?: string;
  backup_code?: string;
  passkey?: Record<string, unknown> | null;
  authenticator_type?: string;
  client_id?: string;
}

/** The answer of a redeemed code. */
export interface FlatEnvelope {
  authenticated: boolean;
  access_token: string;
  refresh_token: string;
  token_type: string;
  expires_at: string;
  profile: Profile;
}

/** The user of the flat envelope, spelled as documented. */
export interface Profile {
  id: string;
  account_id: string;
  connection_type: string;
  email: string;
  first_name: string;
  last_name: string;
  created_at: string;
  modified_at: string;
  is_active: boolean;
  LastLoginAt: string | null;
}

/** What an authenticator app is given, once. */
export interface EnrolAnswer {
  authenticator_id: string;
  authenticator_type: string;
  secret: string;
  barcode_uri: string;
}

/** The first code of a new app. */
export interface ConfirmBody {
  authenticator_id: string;
  otp: string;
  client_id?: string;
}

/** New codes on the one answer that shows them, and how many are left; `created_at` is missing where none were. */
export interface BackupCodesAnswer {
  authenticator_type: string;
  backup_codes: string[];
  left: number;
  created_at: string | null;
}

/** What send takes. */
export interface CodeSendBody {
  email: string;
  client_id?: string;
}

/** What send answers: the handle of the attempt. */
export interface CodeSendAnswer {
  state: string;
}

/** What resend takes. */
export interface CodeResendBody {
  state: string;
  client_id?: string;
}

/** An empty object. */
export interface Repeated {
}

/** What verify takes. */
export interface OneTimeCodeVerifyBody {
  state: string;
  otp: string;
  client_id?: string;
}

/** What a sign-in takes. */
export interface LoginBody {
  email: string;
  password: string;
  client_id?: string;
}

/** Whose password is to be set. */
export interface PasswordAddressBody {
  email: string;
  client_id?: string;
}

/** The handle of a mail that was sent. */
export interface StateAnswer {
  state: string;
}

/** The code of the mail, and the password that is wanted. */
export interface CompleteBody {
  state: string;
  otp: string;
  password: string;
  client_id?: string;
}

/** The present password, empty where there is none, and the one that is wanted. */
export interface ChangeBody {
  password: string;
  current_password?: string;
  end_other_sessions?: boolean;
}

/** An empty object. */
export interface PasswordDone {
}

/** What send takes: a number in international form, under either of its documented names. */
export interface SendPhoneBody {
  phone?: string;
  phone_id?: string;
  client_id?: string;
}

/** The handle of the attempt, under both of its documented names. */
export interface SendPhoneAnswer {
  state: string;
  state_id: string;
}

/** What resend takes. */
export interface ResendPhoneBody {
  state: string;
  client_id?: string;
}

/** An empty object. */
export interface PhoneNothing {
}

/** What verify takes. */
export interface VerifyPhoneBody {
  state: string;
  otp: string;
  client_id?: string;
}

/** The query of a sign-in's beginning; without an identifier the person chooses among their passkeys. */
export interface LoginQuery {
  identifier?: string;
}

/** The beginning of a sign-in. */
export interface LoginOptionsAnswer {
  auth_code: string;
  publicKey: RequestOptions;
}

/** What `navigator.credentials.get` is called with (§5.5). */
export interface RequestOptions {
  challenge: string;
  timeout: number;
  rpId: string;
  userVerification: string;
  allowCredentials?: Descriptor[];
}

/** A credential that is named (WebAuthn §5.8.3). */
export interface Descriptor {
  id: string;
  type: string;
  transports?: string[];
}

/** The query of a ceremony's end; both may stand in the body instead. */
export interface FinishQuery {
  auth_code?: string;
  identifier?: string;
}

/** A credential as browsers write it (WebAuthn §5.1.8), whole or under the name `passkey`. */
export interface CredentialBody {
  id?: string;
  rawId?: string;
  type?: string;
  response?: CredentialResponse | null;
  transports?: string[] | null;
  passkey?: CredentialBody | null;
  auth_code?: string;
  identifier?: string;
  name?: string;
  client_id?: string;
}

/** The part of a credential that the authenticator answered (WebAuthn §5.2). */
export interface CredentialResponse {
  clientDataJSON: string;
  attestationObject?: string;
  authenticatorData?: string;
  signature?: string;
  userHandle?: string | null;
  transports?: string[] | null;
}

/** The query of status. */
export interface PasskeyStatusQuery {
  identifier: string;
}

/** Whether somebody could sign in by a passkey, as far as the caller may know. */
export interface StatusAnswer {
  status: string;
  expires_at: string;
  passkey_registered: boolean;
}

/** The query of a registration's beginning; `authenticator_attachment` is `platform`, `cross-platform` or `any`. */
export interface RegisterQuery {
  authenticator_attachment?: string;
}

/** The beginning of a registration. */
export interface RegistrationOptionsAnswer {
  auth_code: string;
  publicKey: CreationOptions;
}

/** What `navigator.credentials.create` is called with (§5.4). */
export interface CreationOptions {
  rp: RelyingPartyEntity;
  user: UserEntity;
  challenge: string;
  pubKeyCredParams: Parameters[];
  timeout: number;
  authenticatorSelection: Selection;
  attestation: string;
  excludeCredentials?: Descriptor[];
}

/** The relying party (§5.4.2); its name is its id, as documented. */
export interface RelyingPartyEntity {
  name: string;
  id: string;
}

/** The person (§5.4.3); `id` is the base64 of the text of the user's id. */
export interface UserEntity {
  name: string;
  displayName: string;
  id: string;
}

/** An algorithm that is accepted (§5.3). */
export interface Parameters {
  type: string;
  alg: number;
}

/** Which authenticators will do (§5.4.4). */
export interface Selection {
  requireResidentKey: boolean;
  residentKey: string;
  userVerification: string;
  authenticatorAttachment?: string;
}

/** The query of a registration's end; the code may stand in the body instead. */
export interface RegisteredQuery {
  auth_code?: string;
}

/** A passkey, in the mixed casing that is documented; the last three are ours. */
export interface PasskeyAnswer {
  CreatedAt: string;
  LastUsedAt: string | null;
  Name: string | null;
  SignCount: number;
  UpdatedAt: string;
  aaguid: string;
  attestation_type: string;
  backup_eligible: boolean;
  backup_state: boolean;
  id: string;
  public_key: string;
  transports: string[];
  provider: string;
  rp_id: string;
  user_handle: string;
}

/** What rename takes. */
export interface RenameBody {
  name: string;
}

/** What rename and delete answer. */
export interface ChangedAnswer {
  updated: boolean;
  status: string;
  message: string;
  signal: Signal;
}

/** What a browser tells the person's authenticators (WebAuthn §5.1.10). The whole object may be handed to `signalAllAcceptedCredentials` and to `signalCurrentUserDetails`, and after a removal to `signalUnknownCredential`: each takes what it knows. */
export interface Signal {
  rpId: string;
  userId: string;
  credentialId: string;
  allAcceptedCredentialIds: string[];
  name: string;
  displayName: string;
}

/** The query of delete; `confirm=true` removes even the last way to sign in. */
export interface RemoveQuery {
  confirm?: boolean;
}

/** The origins whose pages may use a host's passkeys (WebAuthn §5.11.1). */
export interface RelatedOrigins {
  origins: string[];
}

/** What the stream of a waiting page takes. */
export interface SignInEventsQuery {
  request: string;
}

/** What refresh takes, in the query as documented or, better, in the body of a POST. */
export interface RefreshQuery {
  refresh_token: string;
  client_id?: string;
}

/** What the exchange takes: as documented, and beside it what proves the application. */
export interface ExchangeQuery {
  code: string;
  client_id?: string;
  state?: string;
  code_verifier?: string;
  redirect_uri?: string;
}

/** The answer of the token endpoint (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3, RFC 8693 §2.2.1). */
export interface GrantsTokenAnswer {
  access_token: string;
  token_type: string;
  expires_in: number;
  refresh_token?: string;
  scope?: string;
  id_token?: string;
  issued_token_type?: string;
}

/** What an application asks for (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1). */
export interface AuthorizeForm {
  client_id: string;
  response_type?: string;
  redirect_uri?: string;
  scope?: string;
  state?: string;
  nonce?: string;
  code_challenge?: string;
  code_challenge_method?: string;
  response_mode?: string;
  prompt?: string;
  max_age?: string;
  login_hint?: string;
  id_token_hint?: string;
  ui_locales?: string;
  acr_values?: string;
  claims?: string;
  organization?: string;
  organization_id?: string;
  resource?: string;
  dpop_jkt?: string;
  request?: string;
  request_uri?: string;
}

/** Where a pushed request waits, and for how many seconds (RFC 9126 §2.2). */
export interface Pushed {
  request_uri: string;
  expires_in: number;
}

/** What a client says about itself, as it comes and as readers see it described; other members are ignored. */
export interface ClientForm {
  redirect_uris?: string[];
  token_endpoint_auth_method?: string;
  grant_types?: string[];
  response_types?: string[];
  client_name?: string;
  client_uri?: string;
  logo_uri?: string;
  policy_uri?: string;
  tos_uri?: string;
  scope?: string;
  jwks?: Record<string, unknown>;
  jwks_uri?: string;
  application_type?: string;
  subject_type?: string;
  id_token_signed_response_alg?: string;
  post_logout_redirect_uris?: string[];
  backchannel_logout_uri?: string;
  require_pushed_authorization_requests?: boolean;
  require_signed_request_object?: boolean;
  dpop_bound_access_tokens?: boolean;
  client_id?: string;
  client_secret?: string;
}

/** What a client is told: its credentials, and everything that was taken of what it said (RFC 7591 §3.2.1). */
export interface ClientInformation {
  client_id: string;
  client_id_issued_at: number;
  client_secret?: string;
  client_secret_expires_at?: number;
  registration_access_token: string;
  registration_client_uri: string;
  redirect_uris: string[];
  token_endpoint_auth_method: string;
  grant_types: string[];
  response_types: string[];
  application_type: string;
  subject_type: string;
  client_name: string;
  scope: string;
  id_token_signed_response_alg: string;
  client_uri?: string;
  logo_uri?: string;
  policy_uri?: string;
  tos_uri?: string;
  jwks?: Record<string, unknown>;
  jwks_uri?: string;
  post_logout_redirect_uris?: string[];
  backchannel_logout_uri?: string;
  require_pushed_authorization_requests?: boolean;
  require_signed_request_object?: boolean;
  dpop_bound_access_tokens?: boolean;
}

/** What the token endpoint takes, by grant; documented here, read one by one. */
export interface TokenForm {
  grant_type: string;
  client_id?: string;
  client_secret?: string;
  client_assertion?: string;
  client_assertion_type?: string;
  code?: string;
  redirect_uri?: string;
  code_verifier?: string;
  refresh_token?: string;
  device_code?: string;
  scope?: string;
  resource?: string[];
  audience?: string[];
  subject_token?: string;
  subject_token_type?: string;
  actor_token?: string;
  actor_token_type?: string;
  requested_token_type?: string;
}

/** What the endpoint takes; documented here, read one by one. */
export interface DeviceForm {
  client_id?: string;
  client_secret?: string;
  client_assertion?: string;
  client_assertion_type?: string;
  scope?: string;
  resource?: string[];
}

/** The answer of the device authorization endpoint (RFC 8628 §3.2). */
export interface DeviceAnswer {
  device_code: string;
  user_code: string;
  verification_uri: string;
  verification_uri_complete: string;
  expires_in: number;
  interval: number;
}

/** What the endpoint takes; documented here, read one by one. */
export interface LogoutQuery {
  id_token_hint?: string;
  client_id?: string;
  post_logout_redirect_uri?: string;
  state?: string;
  logout_hint?: string;
  ui_locales?: string;
}

/** What userinfo takes in a body (RFC 6750 §2.2). */
export interface UserinfoForm {
  access_token?: string;
}

/** What introspection and revocation take (RFC 7662 §2.1, RFC 7009 §2.1). */
export interface PresentedTokenForm {
  token: string;
  token_type_hint?: string;
  client_id?: string;
  client_secret?: string;
  client_assertion?: string;
  client_assertion_type?: string;
}

/** What is said of a token (RFC 7662 §2.2); of one that is worth nothing only that. Args: active: whether it is worth anything to whoever asks. aud: for whom it is, one or several. cnf: the key that it is bound to (RFC 9449 §6.2). act: who acts for the subject (RFC 8693 §4.1). org_id: the organization to which the subject signed in. */
export interface Introspection {
  active: boolean;
  scope?: string;
  client_id?: string;
  token_type?: string;
  exp?: number;
  iat?: number;
  nbf?: number;
  sub?: string;
  aud?: string | string[];
  iss?: string;
  jti?: string;
  sid?: string;
  auth_time?: number;
  acr?: string;
  amr?: string[];
  cnf?: Record<string, string>;
  act?: Record<string, unknown>;
  org_id?: string;
}

/** What config takes: a client id or a domain, and the tag of a language. */
export interface ConfigurationQuery {
  client_id?: string;
  domain?: string;
  lang?: string;
}

/** The public configuration of an application's sign-in page. */
export interface Configuration {
  id: string;
  name: string;
  client_id: string;
  branding: ConfiguredBranding;
  connection: Connection[];
  default_redirect_url: string;
  auth_config: AuthConfiguration;
  localization: Localization;
}

/** How the page looks. */
export interface ConfiguredBranding {
  brand: string;
  signature: string;
  btn_color: string;
  brand_logo: string;
  font: Font;
  branding_schema: string | BrandingSchema;
  admin_branding_schema?: string;
  text_color?: string;
  background_image?: string;
  login_box_color?: string;
  background?: string;
  favicon?: string;
  lang?: string;
  white_label?: boolean;
  page_title?: string;
  background_style?: string | null;
  input_style?: string | null;
  social_button?: string | null;
  logo_style?: string | null;
  login_box_style?: string | null;
  page_submit_button_style?: string | null;
}

/** A web font. */
export interface Font {
  url: string;
  family: string;
}

/** Everything that the hosted product's designer knows of a look. */
export interface BrandingSchema {
  fontStyle: FontStyle;
  pageConfig: PageConfig;
  inputBox: InputBox;
  colorConfig: ColorConfig;
  imageConfig: ImageConfig;
  browserConfigdata: BrowserConfig;
  loginBoxConfigData: LoginBoxConfig;
  submitButtonConfigData: SubmitButtonConfig;
  socialConfig?: SocialConfig;
}

/** How text is set. */
export interface FontStyle {
  fontFamily: string;
  color: string;
  fontSize?: number;
  fontWeight?: string;
  fontStyle?: string;
  textDecoration?: string;
}

/** The ground of the page. */
export interface PageConfig {
  background: string;
}

/** A field. */
export interface InputBox {
  text: InputText;
  border: InputBorder;
  label: InputLabel;
  bgColor?: InputGround;
}

/** What is typed. */
export interface InputText {
  color: string;
  background: string;
  placeholder?: string;
  fontSize?: number;
}

/** The line around a field. */
export interface InputBorder {
  radius: number;
  color?: string;
  width?: number;
}

/** What stands above a field. */
export interface InputLabel {
  color: string;
  size?: number;
  fontSize?: number;
}

/** The ground of a field. */
export interface InputGround {
  color?: string;
}

/** The three colours that mean something. */
export interface ColorConfig {
  primary: string;
  secondary?: string;
  error?: string;
}

/** Whose page it is. */
export interface ImageConfig {
  logoUrl: string;
  favicon: string;
  brandName: string;
}

/** What the browser shows of the page. */
export interface BrowserConfig {
  url: string;
  pageTitle: string;
}

/** The box in which people type. */
export interface LoginBoxConfig {
  backgroundImage: string;
  background: string;
  borderRadius: number;
  style?: string;
}

/** The button that goes on. */
export interface SubmitButtonConfig {
  background: string;
  color: string;
  borderRadius: number;
  fontSize?: number;
  fontWeight?: string;
}

/** The buttons of other providers. */
export interface SocialConfig {
  position?: "bottom" | "top";
  fontSize?: number;
  fontWeight?: string;
  color?: string;
  background?: string;
  borderColor?: string;
  borderWidth?: number;
}

/** A way to sign in. */
export interface Connection {
  provider: string;
  connection_id: string;
  is_sso_connection?: boolean;
  is_oauth_connection?: boolean;
}

/** Which further methods are switched on: passkeys, by either of the names that pages know them by. */
export interface AuthConfiguration {
  webauthn?: boolean;
  passkey_auth?: boolean;
  social?: Record<string, string> | null;
}

/** Everything that the element says, and in which language. */
export interface Localization {
  login: LoginTexts;
  magic_otp: CodeTexts;
  verification: VerificationTexts;
  webauthn_page: PasskeyTexts;
  email_password: PasswordTexts;
  language: string;
  iso_code: string;
  direction: string;
}

/** The texts of the first page. */
export interface LoginTexts {
  heading: string;
  sub_heading: string;
  footer: string;
  button: Button;
  input: Input;
  or: string;
  phone_input: Input;
}

/** A button's text. */
export interface Button {
  text: string;
}

/** A field's texts. */
export interface Input {
  placeholder: string;
  label: string;
}

/** The texts of the code page. */
export interface CodeTexts {
  title_text: string;
  title: string;
  subtitle: string;
  error_text: string;
  button: CodeButton;
}

/** The texts of the code page's buttons. */
export interface CodeButton {
  text: string;
  resend: string;
  resend_again: string;
}

/** The texts of the page on which people wait for their link. */
export interface VerificationTexts {
  heading: string;
  sub_heading: string;
  help_text: string;
  default_error: string;
  button: ResendButton;
}

/** The texts of the button that asks for another mail. */
export interface ResendButton {
  resend: string;
  resend_again: string;
}

/** The texts of the page that offers a passkey. */
export interface PasskeyTexts {
  title_text: string;
  sub_title_text_1: string;
  sub_title_text_2: string;
  button1: Button;
  button2: Button;
}

/** The texts of the page that asks for a password; its second button is for those who forgot theirs. */
export interface PasswordTexts {
  heading: string;
  input: Input;
  or: string;
  button: Button[];
}

/** What auth status takes. */
export interface AuthStatusQuery {
  identifier?: string;
  state?: string;
}

/** Which ways to sign in an identifier may try; the same for known and unknown ones. */
export interface AuthStatus {
  authenticated: boolean;
  methods: string[];
  passkey_registered?: boolean;
}

/** Which users a list holds; everything that is given must hold. `email` is a whole address, or the beginning of one with a star behind it; `metadata` is a name and a value with a colon between them. */
export interface UsersQuery {
  limit?: number | null;
  cursor?: string;
  email?: string;
  name?: string;
  phone?: string;
  external_id?: string;
  metadata?: string;
  state?: UserState | null;
  created_from?: string | null;
  created_before?: string | null;
  organization_id?: string;
  role_id?: string;
}

/** Where a user stands; of several reasons not to let somebody in, the heaviest. */
export type UserState = "active" | "blocked" | "deleted" | "inactive";

/** A user in full, as documented; what begins with `id` at the end stands beside. `roles` are those that were given everywhere; what is held in one organization is read there. `tenants` is null. */
export interface UserFull {
  _id: string;
  account_id: string;
  connection_id: string;
  email: string;
  first_name: string;
  last_name: string;
  groups: unknown;
  raw_attributes: unknown;
  roles: string[] | null;
  passkey_credential: Record<string, unknown> | null;
  phone_id: string;
  created_at: string;
  modified_at: string;
  email_verified: boolean;
  is_active: boolean;
  LastLoginAt: string | null;
  tenants: Record<string, unknown> | null;
  identities: IdentityAnswer[] | null;
  id: string;
  connection_type: string;
  external_id: string | null;
  state: UserState;
  block_reason: string;
  blocked_at: string | null;
  deleted_at: string | null;
  source: string;
  locale: string;
  picture: string;
  public_metadata: Record<string, unknown>;
}

/** An identity that a user has at another provider. */
export interface IdentityAnswer {
  id: string;
  provider: string;
  connection_id: string;
  subject: string;
  profile: Record<string, unknown>;
  created_at: string;
  last_used_at: string | null;
}

/** A user in short, as the call by e-mail address documents it. */
export interface UserShort {
  id: string;
  account_id: string;
  connection_type: string;
  email: string;
  first_name: string;
  last_name: string;
  created_at: string;
  modified_at: string;
  is_active: boolean;
  LastLoginAt: string | null;
}

/** A user to be made. `user_metadata` is another spelling of `public_metadata`, `phone_id` of `phone`. */
export interface UserBody {
  email?: string;
  first_name?: string;
  last_name?: string;
  phone?: string;
  phone_id?: string;
  external_id?: string | null;
  email_verified?: boolean;
  is_active?: boolean;
  locale?: string;
  picture?: string;
  groups?: unknown;
  raw_attributes?: unknown;
  public_metadata?: Record<string, unknown> | null;
  private_metadata?: Record<string, unknown> | null;
  user_metadata?: Record<string, unknown> | null;
}

/** A user who has just been made: the one answer that names an organization, which is none. */
export interface CreatedUser {
  _id: string;
  account_id: string;
  connection_id: string;
  email: string;
  first_name: string;
  last_name: string;
  groups: unknown;
  raw_attributes: unknown;
  roles: string[] | null;
  passkey_credential: Record<string, unknown> | null;
  phone_id: string;
  created_at: string;
  modified_at: string;
  email_verified: boolean;
  is_active: boolean;
  LastLoginAt: string | null;
  tenants: Record<string, unknown> | null;
  identities: IdentityAnswer[] | null;
  id: string;
  connection_type: string;
  external_id: string | null;
  state: UserState;
  block_reason: string;
  blocked_at: string | null;
  deleted_at: string | null;
  source: string;
  locale: string;
  picture: string;
  public_metadata: Record<string, unknown>;
  organization_id: string;
}

/** What becomes of a user; what is left out stays, and null clears. */
export interface UserChangeBody {
  email?: string;
  first_name?: string | null;
  last_name?: string | null;
  external_id?: string | null;
  locale?: string | null;
  picture?: string | null;
  groups?: unknown;
  raw_attributes?: unknown;
  public_metadata?: Record<string, unknown> | null;
  private_metadata?: Record<string, unknown> | null;
}

/** What is said of a user's address; the second spelling is a documented misprint of the first. */
export interface UsersVerifyBody {
  verification_status?: string | boolean | null;
  vefification_status?: string | boolean | null;
}

/** That something is gone. */
export interface Deleted {
  is_deleted?: boolean;
}

/** Up to a thousand users to be made, each as the call for one takes them. */
export interface BatchBody {
  users: (Record<string, unknown>)[];
}

/** What became of every row, in their order. */
export interface BatchAnswer {
  created: number;
  failed: number;
  results: BatchRow[];
}

/** What became of one row: the status that the call for one would have had, and the user's id or the error. */
export interface BatchRow {
  index: number;
  status: number;
  id: string | null;
  error_code: string | null;
  message: string | null;
}

/** Why a user is blocked, in at most 500 characters. */
export interface BlockBody {
  reason: string;
}

/** An e-mail address of a user. */
export interface AddressAnswer {
  email: string;
  is_primary: boolean;
  email_verified: boolean;
  verified_at: string | null;
  created_at: string;
}

/** An address; `email_verified` vouches that the user reads its mail. */
export interface UsersAddressBody {
  email: string;
  email_verified?: boolean;
  is_primary?: boolean;
}

/** What becomes of an address; what is left out stays. */
export interface AddressChangeBody {
  email_verified?: boolean;
  is_primary?: boolean;
}

/** A phone number of a user, in the form of E.164. */
export interface PhoneAnswer {
  phone: string;
  is_primary: boolean;
  phone_verified: boolean;
  verified_at: string | null;
  created_at: string;
}

/** A phone number; `phone_verified` vouches that it is the user's. */
export interface PhoneBody {
  phone: string;
  phone_verified?: boolean;
  is_primary?: boolean;
}

/** What becomes of a phone number; what is left out stays. */
export interface PhoneChangeBody {
  phone_verified?: boolean;
  is_primary?: boolean;
}

/** What is kept of a user beside the record: what applications may read, and what this API alone shows. */
export interface MetadataAnswer {
  public_metadata: Record<string, unknown>;
  private_metadata: Record<string, unknown>;
}

/** Metadata; of the two kinds, one that is left out stays, and null clears it. */
export interface MetadataBody {
  public_metadata?: Record<string, unknown> | null;
  private_metadata?: Record<string, unknown> | null;
}

/** A role that a user holds everywhere, and what it grants at present. */
export interface UserRole {
  role_id: string;
  role_name: string;
  role_slug: string;
  permissions: string[];
  is_active: boolean;
  assigned_at: string;
}

/** All roles that a user holds from now on; `role_ids` is the later spelling. */
export interface UsersRolesBody {
  role_id?: string[];
  role_ids?: string[];
}

/** The organizations of a user. */
export interface OrganizationsOfUser {
  id: string;
  email_id: string;
  organizations: OrganizationOfUser[] | null;
}

/** An organization of a user, spelled as documented. */
export interface OrganizationOfUser {
  id: string;
  Name: string;
  WhiteListDomains: string[] | null;
  AllowProfilesOutsideOrganization: boolean;
  domain: string;
  WorkspaceName: string;
  roles: RoleInOrganization[] | null;
  is_active: boolean;
  status: string;
}

/** A role as the organizations of a user document it; permissions by their names. */
export interface RoleInOrganization {
  role_id: string;
  role_name: string;
  permissions: string[];
}

/** Where a user is a member. */
export interface TenantsOfUser {
  tenants: TenantOfUser[];
}

/** An organization, as it stands in a user's list. */
export interface TenantOfUser {
  tenant_id: string;
  tenant_name: string;
  status: MemberStatus;
  roles: RoleOfTenant[];
}

/** Where a membership stands. */
export type MemberStatus = "active" | "inactive";

/** A role that a user holds in an organization. */
export interface RoleOfTenant {
  id: string;
  name: string;
}

/** Which form of the log is wanted: the later one by `event=login`. */
export interface UsersLogQuery {
  limit?: number | null;
  cursor?: string;
  event?: string;
}

/** The sign-ins of a user, the newest first: `login_logs`, or the other members where the later form is wanted. */
export interface LoginLogs {
  login_logs?: DocumentedLogin[];
  audit_logs?: AuditedLogin[];
  limit?: number;
  next_cursor?: string;
}

/** A sign-in, spelled as documented. */
export interface DocumentedLogin {
  IpAddress: string;
  Country: string;
  City: string;
  UserAgent: string;
  Name: string;
  Os: string;
  Device: string;
  CreatedAt: string;
}

/** A sign-in in the later form. */
export interface AuditedLogin {
  city: string;
  country: string;
  created_at: string;
  device: string;
  event: string;
  ip_address: string;
  name: string;
  os: string;
  user_agent: string;
}

/** A session of a user; one without a browser is an application's own. */
export interface SessionAnswer {
  id: string;
  application_id: string;
  created_at: string;
  last_seen_at: string;
  authenticated_at: string;
  expires_at: string;
  ip_address: string;
  user_agent: string;
  device: string;
  amr: string[];
  is_browser: boolean;
}

/** How many sessions ended. */
export interface UsersEnded {
  ended: number;
}

/** What a user can prove themselves with, and where they need not. */
export interface Holdings {
  authenticators: HeldAuthenticator[];
  remembered_devices: HeldDevice[];
}

/** One authenticator of a user; nothing secret of it is ever answered. */
export interface HeldAuthenticator {
  id: string;
  kind: string;
  name: string;
  created_at: string;
  last_used_at: string | null;
}

/** A browser in which a user is not asked for the second factor. */
export interface HeldDevice {
  id: string;
  network: string;
  user_agent: string;
  created_at: string;
  expires_at: string;
  last_used_at: string;
}

/** Which events, and from where on. With `after` the events behind that sequence come in the order of the record, the oldest first; without it the newest first. `kind` and `family` take several values, separated by commas. */
export interface EventQuery {
  limit?: number | null;
  cursor?: string;
  after?: number | null;
  kind?: string;
  family?: string;
  user_id?: string;
  actor_id?: string;
  organization_id?: string;
  application_id?: string;
  address?: string;
  outcome?: string;
  since?: string | null;
  until?: string | null;
}

/** An event. `sequence` is its place in the record, null for the moment until it is sealed. */
export interface EventAnswer {
  id: string;
  sequence: number | null;
  kind: string;
  family: string;
  occurred_at: string;
  actor: EventsActorAnswer | null;
  subject: SubjectAnswer | null;
  organization_id: string | null;
  application_id: string | null;
  address: string | null;
  agent: string | null;
  device: string | null;
  place: PlaceAnswer | null;
  trace_id: string | null;
  outcome: string;
  reason: string | null;
  data: Record<string, string>;
}

/** Who did it; `acting_as` is the user in whose place, where an operator acts for one. */
export interface EventsActorAnswer {
  kind: string;
  id: string;
  name: string;
  acting_as: string | null;
}

/** The user whom it concerns. */
export interface SubjectAnswer {
  id: string;
}

/** Where the address is, as far as the server knows places; it proves nothing. */
export interface PlaceAnswer {
  country: string | null;
  city: string | null;
}

/** A kind of event, and what it means. */
export interface KindAnswer {
  kind: string;
  family: string;
  meaning: string;
}

/** Which entries of an organization's log; `event` is a kind, or `login`. */
export interface EventsLogQuery {
  limit?: number | null;
  cursor?: string;
  event?: string;
}

/** A page of an organization's log. */
export interface LogAnswer {
  audit_logs: LogEntryAnswer[];
  limit: number;
  next_cursor: string;
}

/** An event as the people of an organization read it. */
export interface LogEntryAnswer {
  city: string;
  country: string;
  created_at: string;
  device: string;
  event: string;
  ip_address: string;
  name: string;
  os: string;
  user_agent: string;
}

/** From where on to look, and at how many events; the look begins at the signed checkpoint before it. */
export interface EventsVerifyBody {
  since?: number;
  limit?: number;
}

/** What a look at the record found; `next` goes on behind it, null at the end of the record or at a break. */
export interface VerdictAnswer {
  holds: boolean;
  first: number;
  last: number;
  events: number;
  checkpoints: number;
  covered: number;
  anonymized: number;
  broken: BreakAnswer | null;
  next: number | null;
}

/** The first place where the record does not hold. */
export interface BreakAnswer {
  fault: string;
  sequence: number;
  sentence: string;
}

/** Which part of a list is wanted. */
export interface ListQuery {
  limit?: number | null;
  cursor?: string;
}

/** A stream and its condition. `destination` is where it leads without what may be a credential, `headers` names those that are set, and `behind` counts the events that its receiver has not got, whether it wants them or not. */
export interface StreamAnswer {
  id: string;
  name: string;
  kind: string;
  format: string;
  families: string[];
  organization_id: string | null;
  is_active: boolean;
  destination: string | null;
  headers: string[];
  batching: string | null;
  position: number;
  behind: number;
  failures: number;
  last_error: string | null;
  next_at: string | null;
  sent_at: string | null;
  created_at: string;
  modified_at: string;
}

/** A stream to be set up, or all of one that is changed. An https stream needs `url`, and may have `headers` and `batching`; a syslog stream needs `host`, and may have `port` and `ca`; a file stream needs `path`. A change that says nothing of these leaves the target as it is. */
export interface StreamBody {
  name: string;
  kind: StreamKind;
  format?: StreamFormat;
  families?: Family[];
  organization_id?: string | null;
  is_active?: boolean;
  url?: string;
  headers?: Record<string, string>;
  batching?: Batching;
  host?: string;
  port?: number;
  ca?: string;
  path?: string;
}

/** By which way events leave. */
export type StreamKind = "file" | "https" | "syslog";

/** In which form they leave. */
export type StreamFormat = "cef" | "json" | "ocsf";

/** What an event is about, for filters and streams. */
export type Family = "account" | "authentication" | "authorization" | "session" | "system";

/** How several events share one HTTPS message. */
export type Batching = "array" | "lines";

/** A stream that is gone. */
export interface RemovedStream {
  removed?: boolean;
}

/** Whether a receiver took a sample, and why not. */
export interface EventsTestAnswer {
  is_taken: boolean;
  error: string | null;
}

/** From where a stream goes on: behind a sequence, or null to skip everything that waits. */
export interface ResetBody {
  after: number | null;
}

/** An application; its lifetimes are seconds. */
export interface ApplicationAnswer {
  id: string;
  client_id: string;
  name: string;
  type: ApplicationType;
  is_active: boolean;
  callback_urls: string[];
  logout_urls: string[];
  allowed_origins: string[];
  access_token_lifetime: number;
  id_token_lifetime: number;
  refresh_token_lifetime: number;
  signing_algorithm: SigningAlgorithm;
  magic_link: MagicLinkPolicy;
  branding: Branding;
  oauth: OAuthPolicy;
  methods: MethodPolicies;
  created_at: string;
  modified_at: string;
}

/** What an application can keep secret, and where it runs. */
export type ApplicationType = "m2m" | "native" | "spa" | "web";

/** The signature algorithms that tokens may carry (RFC 7518 §3.1, RFC 8037 §3.1). */
export type SigningAlgorithm = "ES256" | "EdDSA" | "RS256";

/** How an application wants sign-in by mail to behave. Args: link_target: the landing page, which asks for a gesture, or the documented call, which verifies at once. lifetime_seconds: for how long a link and its code are good; 60 to 600. may_sign_up: whether a first sign-in creates the user. */
export interface MagicLinkPolicy {
  link_target?: LinkTarget;
  lifetime_seconds?: number;
  may_sign_up?: boolean;
}

/** What the mailed link opens. */
export type LinkTarget = "api" | "landing";

/** How an application's pages and mails look; empty means Gatepass's own look. Args: accent: the colour of buttons and links, as `#rrggbb`; where it is too pale to be read, pages correct it. logo_url: an https address. signature: who signs the mails, as `Team Shop`. texts: its own words on its first page, whatever the reader's language. favicon_url: an https address. page_title: what stands in the browser's tab; its name otherwise. font_family: the font of its pages, of those that its readers have. font_url: the https address of a stylesheet for the widget; hosted pages load nothing from elsewhere. text_colour: the colour of text, on light pages. page_colour: the ground of light pages. box_colour: the ground of the box in which people type, on light pages. dark_page_colour: the ground of dark pages. dark_box_colour: the ground of the box on dark pages. background_url: the https address of a picture behind the box. box_radius: how round the box is, 0 to 40 pixels; None leaves that to the house. field_radius: how round fields and buttons are, 0 to 40 pixels; None leaves that to the house. language: the language of its pages where a reader's own wishes fit none. is_white_label: whether the house leaves its own name out of the pages. texts_by_language: its own words by language tag, as `de`; they stand above `texts`. */
export interface Branding {
  accent?: string;
  logo_url?: string;
  signature?: string;
  texts?: SignInTexts;
  favicon_url?: string;
  page_title?: string;
  font_family?: string;
  font_url?: string;
  text_colour?: string;
  page_colour?: string;
  box_colour?: string;
  dark_page_colour?: string;
  dark_box_colour?: string;
  background_url?: string;
  box_radius?: number | null;
  field_radius?: number | null;
  language?: string;
  is_white_label?: boolean;
  texts_by_language?: Record<string, SignInTexts>;
}

/** An application's own words on its first sign-in page; what is empty is said in the reader's language. */
export interface SignInTexts {
  heading?: string;
  sub_heading?: string;
  label?: string;
  placeholder?: string;
  button?: string;
  footer?: string;
}

/** What an application may do at the provider, and what is asked of it there. Args: grants: the grants that it may use; empty means those of its type. authentication: how it proves to be itself; None means by its secret where it keeps one, in either form. requires_pkce: whether its authorization requests need a challenge (RFC 7636); public ones always do. requires_pushed_requests: whether they must be pushed first (RFC 9126). requires_signed_requests: whether they must be signed (RFC 9101). requires_dpop: whether its tokens must be bound to a key (RFC 9449). may_exchange_documented: whether a code may be exchanged in the documented form, without further proof. is_third_party: whether people are asked before it learns anything about them. has_profile_in_id_token: whether the id token carries the claims of the scopes, or userinfo alone does. scopes: what it may ask for beside the scopes of OpenID Connect. audiences: the resources that it may name (RFC 8707); tokens are for itself where it names none. jwks: its public keys, for private_key_jwt and signed requests. jwks_uri: where they are published instead. logout_notice_url: where it is told that a session ended (OpenID Connect Back-Channel Logout 1.0). refresh_idle_seconds: after how many seconds without a refresh it must send people to sign in again; 0 is never. access_claims: further claims of its access tokens, with placeholders. id_claims: further claims of its id tokens, with placeholders. home_url: its own page, for the pages that speak of it. policy_url: its privacy policy. terms_url: its terms of service. source: who said all this. */
export interface OAuthPolicy {
  grants?: GrantType[];
  authentication?: ClientAuthentication | null;
  requires_pkce?: boolean;
  requires_pushed_requests?: boolean;
  requires_signed_requests?: boolean;
  requires_dpop?: boolean;
  may_exchange_documented?: boolean;
  is_third_party?: boolean;
  has_profile_in_id_token?: boolean;
  scopes?: string[];
  audiences?: string[];
  jwks?: Record<string, unknown>;
  jwks_uri?: string;
  logout_notice_url?: string;
  refresh_idle_seconds?: number;
  access_claims?: Record<string, unknown>;
  id_claims?: Record<string, unknown>;
  home_url?: string;
  policy_url?: string;
  terms_url?: string;
  source?: Source;
}

/** What may be exchanged for tokens (RFC 6749, 8628, 8693). */
export type GrantType = "authorization_code" | "client_credentials" | "refresh_token" | "urn:ietf:params:oauth:grant-type:device_code" | "urn:ietf:params:oauth:grant-type:token-exchange";

/** How an application proves to be itself where it asks for tokens (RFC 7591 §2). */
export type ClientAuthentication = "client_secret_basic" | "client_secret_post" | "none" | "private_key_jwt";

/** Who said what an application is. */
export type Source = "document" | "operator" | "registration";

/** The ways to sign in that an application offers, and how each behaves. Args: offered: the keys of the ways, in the order in which pages show them. email_code: how codes by e-mail behave. sms: how codes by SMS behave. passkey: how passkeys behave. password: how passwords behave. mfa: when a second factor is asked for. */
export interface MethodPolicies {
  offered?: string[];
  email_code?: EmailCodePolicy;
  sms?: SmsPolicy;
  passkey?: PasskeyPolicy;
  password?: PasswordPolicy;
  mfa?: MfaPolicy;
}

/** How codes by e-mail behave. Args: digits: how long a code is; 6 to 8. lifetime_seconds: for how long it is good; 60 to 600. keeps_code: whether a mail that is sent anew carries the same code; a new one otherwise. has_code_in_subject: whether the mail's subject carries the code. */
export interface EmailCodePolicy {
  digits?: number;
  lifetime_seconds?: number;
  keeps_code?: boolean;
  has_code_in_subject?: boolean;
}

/** How codes by SMS behave. Args: digits: how long a code is; 4 to 8. lifetime_seconds: for how long it is good; 60 to 600. may_sign_up: whether a first sign-in creates the user. */
export interface SmsPolicy {
  digits?: number;
  lifetime_seconds?: number;
  may_sign_up?: boolean;
}

/** How passkeys behave. Args: user_verification: whether a passkey must verify its owner. offers_upgrade: whether somebody who signed in otherwise is offered to make one. */
export interface PasskeyPolicy {
  user_verification?: UserVerification;
  offers_upgrade?: boolean;
}

/** Whether a passkey must see its owner's finger, face or PIN (WebAuthn §5.8.6). */
export type UserVerification = "discouraged" | "preferred" | "required";

/** How passwords behave. Args: least_length: how many characters a new one must have; 8 to 64. least_score: how hard to guess it must be, by zxcvbn; 0 to 4. refuses_breached: whether one that is known from a breach is refused. may_sign_up: whether somebody may create their account with one. */
export interface PasswordPolicy {
  least_length?: number;
  least_score?: number;
  refuses_breached?: boolean;
  may_sign_up?: boolean;
}

/** When a second factor is asked for, and which ones will do. Args: mode: when. factors: the kinds of authenticator that may be it; empty for every one but e-mail. roles: the slugs of the roles that need one, where the mode is `required_for_roles`. remember_days: for how many days a device that proved one may be remembered; 0 to 365, 0 for never. grace_days: for how many days after their first sign-in people may put enrolment off; 0 to 90. */
export interface MfaPolicy {
  mode?: MfaMode;
  factors?: string[];
  roles?: string[];
  remember_days?: number;
  grace_days?: number;
}

/** When a second factor is asked for. */
export type MfaMode = "adaptive" | "off" | "optional" | "required" | "required_for_roles";

export interface NewRegistration {
  name: string;
  type: ApplicationType;
  callback_urls?: string[];
  logout_urls?: string[];
  allowed_origins?: string[];
  access_token_lifetime?: number;
  id_token_lifetime?: number;
  refresh_token_lifetime?: number;
  signing_algorithm?: SigningAlgorithm;
  magic_link?: ChangedMagicLinkPolicy;
  branding?: ChangedBranding;
  oauth?: ChangedOAuthPolicy;
  methods?: ChangedMethodPolicies;
}

export interface ChangedMagicLinkPolicy {
  link_target?: LinkTarget;
  lifetime_seconds?: number;
  may_sign_up?: boolean;
}

export interface ChangedBranding {
  accent?: string;
  logo_url?: string;
  signature?: string;
  texts?: ChangedSignInTexts;
  favicon_url?: string;
  page_title?: string;
  font_family?: string;
  font_url?: string;
  text_colour?: string;
  page_colour?: string;
  box_colour?: string;
  dark_page_colour?: string;
  dark_box_colour?: string;
  background_url?: string;
  box_radius?: number | null;
  field_radius?: number | null;
  language?: string;
  is_white_label?: boolean;
  texts_by_language?: Record<string, SignInTexts>;
}

export interface ChangedSignInTexts {
  heading?: string;
  sub_heading?: string;
  label?: string;
  placeholder?: string;
  button?: string;
  footer?: string;
}

export interface ChangedOAuthPolicy {
  grants?: GrantType[];
  authentication?: ClientAuthentication | null;
  requires_pkce?: boolean;
  requires_pushed_requests?: boolean;
  requires_signed_requests?: boolean;
  requires_dpop?: boolean;
  may_exchange_documented?: boolean;
  is_third_party?: boolean;
  has_profile_in_id_token?: boolean;
  scopes?: string[];
  audiences?: string[];
  jwks?: Record<string, unknown>;
  jwks_uri?: string;
  logout_notice_url?: string;
  refresh_idle_seconds?: number;
  access_claims?: Record<string, unknown>;
  id_claims?: Record<string, unknown>;
  home_url?: string;
  policy_url?: string;
  terms_url?: string;
}

export interface ChangedMethodPolicies {
  offered?: string[];
  email_code?: ChangedEmailCodePolicy;
  sms?: ChangedSmsPolicy;
  passkey?: ChangedPasskeyPolicy;
  password?: ChangedPasswordPolicy;
  mfa?: ChangedMfaPolicy;
}

export interface ChangedEmailCodePolicy {
  digits?: number;
  lifetime_seconds?: number;
  keeps_code?: boolean;
  has_code_in_subject?: boolean;
}

export interface ChangedSmsPolicy {
  digits?: number;
  lifetime_seconds?: number;
  may_sign_up?: boolean;
}

export interface ChangedPasskeyPolicy {
  user_verification?: UserVerification;
  offers_upgrade?: boolean;
}

export interface ChangedPasswordPolicy {
  least_length?: number;
  least_score?: number;
  refuses_breached?: boolean;
  may_sign_up?: boolean;
}

export interface ChangedMfaPolicy {
  mode?: MfaMode;
  factors?: string[];
  roles?: string[];
  remember_days?: number;
  grace_days?: number;
}

/** An application that was just made, with the secret that is shown this once; null where it keeps none. */
export interface CreatedApplication {
  id: string;
  client_id: string;
  name: string;
  type: ApplicationType;
  is_active: boolean;
  callback_urls: string[];
  logout_urls: string[];
  allowed_origins: string[];
  access_token_lifetime: number;
  id_token_lifetime: number;
  refresh_token_lifetime: number;
  signing_algorithm: SigningAlgorithm;
  magic_link: MagicLinkPolicy;
  branding: Branding;
  oauth: OAuthPolicy;
  methods: MethodPolicies;
  created_at: string;
  modified_at: string;
  client_secret: string | null;
}

export interface ChangedRegistration {
  name?: string;
  type?: ApplicationType;
  callback_urls?: string[];
  logout_urls?: string[];
  allowed_origins?: string[];
  access_token_lifetime?: number;
  id_token_lifetime?: number;
  refresh_token_lifetime?: number;
  signing_algorithm?: SigningAlgorithm;
  magic_link?: ChangedMagicLinkPolicy;
  branding?: ChangedBranding;
  oauth?: ChangedOAuthPolicy;
  methods?: ChangedMethodPolicies;
}

/** That it was done. */
export interface ShapesDone {
  success?: boolean;
}

/** One of an application's secrets, by what may be shown of it. */
export interface SecretAnswer {
  id: string;
  hint: string;
  created_at: string;
}

/** A secret that was just made; it is shown this once. */
export interface CreatedSecret {
  id: string;
  hint: string;
  created_at: string;
  client_secret: string;
}

/** Whose template: an application, by its id or client id, or every one that has none of its own; and a language. */
export interface TemplatesPlaceQuery {
  application_id?: string;
  language?: string;
}

/** A mail that can have a template. */
export interface MailAnswer {
  name: string;
  title: string;
  needs_one_of: string[];
  variables: VariableAnswer[];
  active: ActiveVersion[];
}

/** What may stand in a template, and what else it is called. */
export interface VariableAnswer {
  name: string;
  meaning: string;
  sample: string | number | null;
  aliases: string[];
}

/** A template that is used in place of the house's words. */
export interface ActiveVersion {
  language: string;
  version: number;
  format: Format;
  subject: string;
  created_at: string;
}

/** In what a template's body is written. */
export type Format = "html" | "mjml";

/** A template; version 0 is a first draft to begin with, and the house's words are used. */
export interface TemplateAnswer {
  name: string;
  application_id: string;
  language: string;
  version: number;
  format: Format;
  subject: string;
  source: string;
  text: string;
  is_active: boolean;
  created_at?: string | null;
  created_by?: Actor;
}

/** Who did something, where that is not the person whom it concerns. Args: kind: what kind of caller it is. id: its id. name: its name at that time, as people know it. acting_as: the id of the user in whose place it acts; empty where it acts for itself. */
export interface Actor {
  kind?: ActorKind;
  id?: string;
  name?: string;
  acting_as?: string;
}

/** What kind of caller did something. */
export type ActorKind = "" | "api_key" | "application" | "operator" | "system" | "user";

/** What the list of versions takes. */
export interface VersionsQuery {
  application_id?: string;
  language?: string;
  limit?: number | null;
  cursor?: string;
}

/** The words of a template, and whose it is. */
export interface NewTemplate {
  subject: string;
  source: string;
  format?: Format;
  text?: string;
  application_id?: string;
  language?: string;
}

/** The words of a template; without `text` the plain form is made from the body. */
export interface DraftBody {
  subject: string;
  source: string;
  format?: Format;
  text?: string;
}

/** What a draft makes of samples, and everything that is wrong with it. */
export interface Preview {
  subject: string;
  html: string;
  text: string;
  faults: string[];
}

/** Where a test mail goes. */
export interface TestMail {
  application_id?: string;
  language?: string;
  address: string;
}

/** Which domains: of one application, or all. */
export interface DomainsQuery {
  limit?: number | null;
  cursor?: string;
  application_id?: string;
}

/** A custom domain, and the records that it needs. */
export interface DomainsDomainAnswer {
  id: string;
  domain: string;
  application_id: string;
  state: DomainState;
  is_served: boolean;
  records: DnsRecord[];
  last_error: string;
  created_at: string;
  modified_at: string;
  checked_at: string | null;
  proved_at: string | null;
}

/** Where a domain stands; it is served in one state alone. */
export type DomainState = "active" | "failed" | "lost" | "pending" | "verified";

/** A record that the owner of a domain writes. */
export interface DnsRecord {
  type: string;
  name: string;
  value: string;
}

/** A host, and the application that is to answer there, by its id or its client id. */
export interface NewDomain {
  domain: string;
  application_id: string;
}

/** What is asked. */
export interface AskQuery {
  domain?: string;
}

/** A role, as it is documented; the later spelling of its permissions stands beside. */
export interface AccessRoleAnswer {
  id: string;
  name: string;
  slug: string;
  description: string;
  permission_id: string[] | null;
  is_deleted: boolean;
  is_active: boolean;
  permission_ids: string[] | null;
  organization_id: string | null;
  created_at: string;
  modified_at: string;
}

/** A role to be made; `permission_id` and `permission_ids` mean the same. */
export interface RoleBody {
  name: string;
  slug?: string;
  description?: string;
  is_active?: boolean;
  permission_id?: string[] | null;
  permission_ids?: string[] | null;
}

/** What becomes of a role; what is left out stays. */
export interface RoleChangeBody {
  name?: string;
  slug?: string;
  description?: string;
  is_active?: boolean;
  permission_id?: string[] | null;
  permission_ids?: string[] | null;
}

/** That something is gone, in both documented forms. */
export interface Removed {
  is_deleted?: boolean;
  success?: boolean;
}

/** Permissions that a role shall grant besides. */
export interface AddedPermissions {
  id: string;
  permission_ids?: string[] | null;
  permission_id?: string[] | null;
}

/** A page of roles, as the calls of end users answer lists. */
export interface RolesAnswer {
  limit: number;
  next_cursor: string;
  roles: AccessRoleAnswer[];
}

/** A permission, as it is documented. */
export interface PermissionAnswer {
  id: string;
  name: string;
  slug: string;
  description: string;
  is_deleted: boolean;
  is_active: boolean;
  is_default: boolean;
  created_at: string;
  modified_at: string;
}

/** A permission to be made. */
export interface PermissionBody {
  name: string;
  slug?: string;
  description?: string;
  is_active?: boolean;
  is_default?: boolean;
}

/** What becomes of a permission; what is left out stays. */
export interface PermissionChangeBody {
  name?: string;
  slug?: string;
  description?: string;
  is_active?: boolean;
  is_default?: boolean;
}

/** In which organization; without one it is asked what holds everywhere. */
export interface AccessPlaceQuery {
  organization_id?: string;
}

/** Whether a user has a permission. */
export interface CheckAnswer {
  user_id: string;
  permission: string;
  organization_id: string | null;
  is_allowed: boolean;
}

/** Why a user has a permission, or, in `reason`, why they lack it. */
export interface WhyAnswer {
  user_id: string;
  permission: string;
  organization_id: string | null;
  is_allowed: boolean;
  reason: string | null;
  grants: GrantAnswer[];
}

/** One reason for which a user has a permission; `organization_id` is null where the role holds everywhere. */
export interface GrantAnswer {
  role_id: string;
  role_slug: string;
  role_name: string;
  organization_id: string | null;
  since: string;
  granted_by: AccessActorAnswer;
}

/** Who did something. */
export interface AccessActorAnswer {
  kind: string;
  id: string;
  name: string;
}

/** An API key; `hint` is the end of its secret. */
export interface KeyAnswer {
  id: string;
  name: string;
  hint: string;
  scopes: string[];
  networks: string[];
  organization_id: string | null;
  created_at: string;
  created_by: AccessActorAnswer;
  expires_at: string | null;
  last_used_at: string | null;
  last_used_from: string;
  revoked_at: string | null;
}

/** An API key to be made. */
export interface KeyBody {
  name: string;
  scopes: string[];
  networks?: string[];
  organization_id?: string | null;
  expires_at?: string | null;
}

/** An API key that has just been made, with its secret, which is shown this once. */
export interface CreatedKeyAnswer {
  id: string;
  name: string;
  hint: string;
  scopes: string[];
  networks: string[];
  organization_id: string | null;
  created_at: string;
  created_by: AccessActorAnswer;
  expires_at: string | null;
  last_used_at: string | null;
  last_used_from: string;
  revoked_at: string | null;
  api_key: string;
}

/** That a key opens nothing any more; `revoked` has the ids of all that this call revoked, the keys it made too. */
export interface RevokedKeyAnswer {
  is_deleted: boolean;
  success: boolean;
  revoked: string[];
}

/** A user who may operate the server. */
export interface OperatorAnswer {
  user_id: string;
  email: string;
  scopes: string[];
  created_at: string;
}

/** Who shall operate the server, and with which scopes. */
export interface OperatorBody {
  user_id: string;
  scopes: string[];
}

/** Why somebody acts in a person's place, for how many minutes (5 to 60), and in which application. */
export interface ImpersonationBody {
  reason: string;
  client_id: string;
  minutes?: number;
}

/** The same, with the link that opens it once within five minutes; nothing else ever shows the link. */
export interface BegunAnswer {
  id: string;
  url: string;
  open_until: string;
  user_id: string;
  actor: ImpersonationActorAnswer;
  reason: string;
  application_id: string;
  status: Standing;
  created_at: string;
  expires_at: string;
}

/** Who acts: a user who operates the server, an application or an API key. */
export interface ImpersonationActorAnswer {
  type: string;
  id: string;
  name: string;
}

/** Where an impersonation stands. */
export type Standing = "ended" | "running" | "unused" | "waiting";

/** Who acts in a person's place, why and until when; `status` is waiting, running, ended or unused. */
export interface ImpersonationAnswer {
  id: string;
  user_id: string;
  actor: ImpersonationActorAnswer;
  reason: string;
  application_id: string;
  status: Standing;
  created_at: string;
  expires_at: string;
  ended_at: string | null;
}

/** Whether this call ended it; it may have been over before. */
export interface ImpersonationEnded {
  success: boolean;
}

/** Which invitations. */
export interface InvitationsQuery {
  limit?: number | null;
  cursor?: string;
  status?: string;
}

/** A page of invitations; the documented key is singular. */
export interface InvitationsAnswer {
  limit: number;
  next_cursor: string;
  invitation: InvitationAnswer[];
}

/** An invitation of a list. */
export interface InvitationAnswer {
  id: string;
  status: string;
  email: string;
  roles: InvitationsRoleAnswer[];
  created_at: string;
  first_name: string;
  last_name: string;
  description: string;
  inviter: InviterAnswer;
  expires_at: string;
  sent_at: string | null;
  accepted_at: string | null;
  accepted_by: string | null;
}

/** A role that waits for whoever accepts. */
export interface InvitationsRoleAnswer {
  role_id: string;
  role_name: string;
}

/** Who invited. */
export interface InviterAnswer {
  user_id: string;
  email: string;
  name: string;
}

/** An invitation to be made. */
export interface InvitationBody {
  invitee: Invitee;
  inviter?: InviterToName | null;
  role_ids?: string[] | null;
  expire_in_minutes?: number;
  description?: string;
  send_invitation_email?: boolean;
}

/** Whom to invite. */
export interface Invitee {
  email: string;
  first_name?: string;
  last_name?: string;
}

/** Who invites, as the mail says it; a member who invites is read from their token instead. */
export interface InviterToName {
  user_id?: string;
  email?: string;
  first_name?: string;
  last_name?: string;
  name?: string;
}

/** An invitation that was just made; its address is told once, to a manager who hands it over alone. */
export interface InvitedAnswer {
  id: string;
  invitee: Invitee;
  role_ids: string[];
  created_at: string;
  expire_in_minutes: number;
  expires_at: string;
  status: string;
  invitation_url?: string;
}

/** Which invitation. */
export interface InvitationQuery {
  invitation_id: string;
}

/** An invitation to be mailed anew, by its id or by whom it is for. */
export interface InvitationToResend {
  invitation_id?: string;
  invitee?: Invitee | null;
}

/** A webhook; of its url nothing is shown that may be secret. */
export interface WebhookAnswer {
  id: string;
  organization_id: string | null;
  url: string;
  description: string;
  events: string[];
  signature: Style;
  is_active: boolean;
  stop_reason: string | null;
  failures: number;
  failing_since: string | null;
  last_success_at: string | null;
  previous_secret_until: string | null;
  created_at: string;
  updated_at: string;
}

/** How messages are signed. */
export type Style = "documented" | "standard";

/** What a webhook is to be. */
export interface NewWebhook {
  url: string;
  events: string[];
  description?: string;
  signature?: Style;
  organization_id?: string;
}

/** A webhook with a secret that was just made; it is shown this once. */
export interface CreatedWebhook {
  id: string;
  organization_id: string | null;
  url: string;
  description: string;
  events: string[];
  signature: Style;
  is_active: boolean;
  stop_reason: string | null;
  failures: number;
  failing_since: string | null;
  last_success_at: string | null;
  previous_secret_until: string | null;
  created_at: string;
  updated_at: string;
  secret: string;
}

/** What of a webhook is to be another; what is not sent stays. */
export interface ChangedWebhook {
  url?: string | null;
  events?: string[] | null;
  description?: string | null;
  signature?: Style | null;
  is_active?: boolean | null;
}

/** For how long the secret before signs along, in seconds; 0 where it leaked. */
export interface Rotation {
  overlap_seconds?: number | null;
}

/** What came back from a receiver; the status is null where it did not answer. */
export interface WebhooksTestAnswer {
  delivered: boolean;
  status: number | null;
  milliseconds: number;
  error: string | null;
  answer: string;
}

/** Whether what was missed is left out. */
export interface Resumption {
  skip_missed?: boolean;
}

/** What the log takes. */
export interface WebhooksLogQuery {
  limit?: number | null;
  cursor?: string;
  state?: DeliveryState | null;
}

/** Where a delivery stands. */
export type DeliveryState = "dead" | "delivered" | "waiting";

/** One event on its way to one webhook; the id of the event is the id of the message. */
export interface DeliveryAnswer {
  id: string;
  event_id: string;
  event: string;
  state: DeliveryState;
  attempts: number;
  last_status: number | null;
  last_error: string | null;
  created_at: string;
  queued_at: string;
  next_attempt_at: string | null;
  finished_at: string | null;
}

/** A delivery with every try, the oldest first. */
export interface DeliveryStory {
  id: string;
  event_id: string;
  event: string;
  state: DeliveryState;
  attempts: number;
  last_status: number | null;
  last_error: string | null;
  created_at: string;
  queued_at: string;
  next_attempt_at: string | null;
  finished_at: string | null;
  tries: AttemptAnswer[];
}

/** One try, and what came back; the status is null where there was no answer. */
export interface AttemptAnswer {
  at: string;
  status: number | null;
  milliseconds: number;
  error: string | null;
  answer: string;
}

/** What is sent again: so many deliveries, or every event since the moment, as they are read from the record. */
export interface Replayed {
  queued: number | null;
  since?: string | null;
}

/** Since when something is sent again: what was given up, or everything. */
export interface ReplayQuery {
  since: string;
  everything?: boolean;
}

/** What is to be written; what is not sent stays as it is, and null makes it as it is for a new organization. */
export interface OrganizationBody {
  Name?: string;
  name?: string;
  WhiteListDomains?: string[] | null;
  WhiteListDomain?: string[] | null;
  domains?: string[] | null;
  AllowProfilesOutsideOrganization?: boolean | null;
  allow_profiles_outside_organization?: boolean | null;
  WorkspaceName?: string | null;
  workspace_name?: string | null;
  display_name?: string | null;
  external_id?: string | null;
  is_active?: boolean | null;
  metadata?: Record<string, unknown> | null;
  private_metadata?: Record<string, unknown> | null;
  policy?: PolicyBody | null;
  branding?: BrandingBody | null;
  address?: string | null;
  website?: string | null;
  time_zone?: string | null;
  currency?: string | null;
}

/** What is to be different of how members sign in. */
export interface PolicyBody {
  methods?: string[] | null;
  requires_mfa?: boolean | null;
  session_seconds?: number | null;
  idle_seconds?: number | null;
  joins_by_domain?: boolean | null;
}

/** What is to be different of how the organization looks. */
export interface BrandingBody {
  accent?: string | null;
  logo_url?: string | null;
}

/** An organization that has just been created, with both documented spellings of its list of domains. */
export interface CreatedOrganization {
  id: string;
  name: string;
  WhiteListDomains: string[] | null;
  allow_profiles_outside_organization: boolean;
  sso_connection_token?: string;
  domain: string;
  WorkspaceName: string;
  is_active: boolean;
  display_name: string;
  external_id: string | null;
  metadata: Record<string, unknown>;
  private_metadata: Record<string, unknown>;
  policy: OrganizationPolicy;
  branding: OrganizationBranding;
  address: string;
  website: string;
  time_zone: string;
  currency: string;
  created_at: string;
  modified_at: string;
  WhiteListDomain: string[] | null;
}

/** How an organization's members sign in; what is empty or 0 is left to the application and the server. Args: methods: the keys of the methods that are allowed; empty for all. requires_mfa: whether a second factor is needed. session_seconds: how long a session lasts at most. idle_seconds: how long it lasts without use. joins_by_domain: whether people whose verified address is at a proven domain become members by signing in. */
export interface OrganizationPolicy {
  methods?: string[];
  requires_mfa?: boolean;
  session_seconds?: number;
  idle_seconds?: number;
  joins_by_domain?: boolean;
}

/** How an organization looks on the pages that its people see. Args: accent: its colour as #rrggbb; empty for the application's. logo_url: the https address of its logo; empty for the application's. */
export interface OrganizationBranding {
  accent?: string;
  logo_url?: string;
}

/** Which organizations a list shows; of `external_id`, `domain` and `search` the first that is given decides. */
export interface OrganizationQuery {
  limit?: number | null;
  cursor?: string;
  search?: string;
  search_field?: SearchField;
  state?: State | null;
  domain?: string;
  external_id?: string;
}

/** Which name of organizations a search looks at. */
export type SearchField = "display_name" | "name";

/** Which organizations a list shows. */
export type State = "active" | "inactive";

/** An organization; the first eight fields are the documented ones, in their documented spelling. `sso_connection_token` is shown where the organization is created, and is empty from then on. */
export interface OrganizationAnswer {
  id: string;
  name: string;
  WhiteListDomains: string[] | null;
  allow_profiles_outside_organization: boolean;
  sso_connection_token?: string;
  domain: string;
  WorkspaceName: string;
  is_active: boolean;
  display_name: string;
  external_id: string | null;
  metadata: Record<string, unknown>;
  private_metadata: Record<string, unknown>;
  policy: OrganizationPolicy;
  branding: OrganizationBranding;
  address: string;
  website: string;
  time_zone: string;
  currency: string;
  created_at: string;
  modified_at: string;
}

/** The token of an organization's connections; it is shown this once. */
export interface RenewedToken {
  sso_connection_token: string;
}

/** A listed domain, and the TXT record by which it is proven. */
export interface OrganizationsDomainAnswer {
  id: string;
  domain: string;
  is_proven: boolean;
  proved_at: string | null;
  checked_at: string | null;
  failures: number;
  record_type: string;
  record_name: string;
  record_value: string;
  created_at: string;
}

/** A domain to be listed. */
export interface DomainBody {
  domain: string;
}

/** Which members a list shows. */
export interface MembersQuery {
  limit?: number | null;
  cursor?: string;
  status?: MemberStatus | null;
}

/** A member; of their organizations this one alone is shown. */
export interface MemberAnswer {
  id: string;
  email: string;
  first_name: string;
  last_name: string;
  is_active: boolean;
  email_verified: boolean;
  source: string;
  status: MemberStatus;
  joined_at: string;
  created_at: string;
  last_login_at: string | null;
  identities: IdentityOfMember[] | null;
  tenants: TenantOfMember[];
}

/** What a member is called at another provider. */
export interface IdentityOfMember {
  id: string;
  provider: string;
  connection_id: string;
}

/** An organization, as it stands at one of its members. */
export interface TenantOfMember {
  tenant_id: string;
  tenant_name: string;
  status: MemberStatus;
  roles: RoleOfMember[];
}

/** A role of a member, with the names of what it allows. */
export interface RoleOfMember {
  role_id: string;
  role_name: string;
  permissions: string[];
}

/** Users by their ids, in either documented spelling. */
export interface PeopleBody {
  user_ids?: string[] | null;
  users?: string[] | null;
}

/** That users are members now; `added` counts those who were none before. */
export interface Added {
  added: number;
  is_added?: boolean;
}

/** Whether a membership rests. */
export interface StatusBody {
  status: MemberStatus;
}

/** A role that a member holds; `organization_id` is null where it was given everywhere. */
export interface HeldRoleAnswer {
  id: string;
  name: string;
  slug: string;
  permissions: string[];
  organization_id: string | null;
  assigned_at: string;
}

/** All the roles that somebody is to hold, in either documented spelling. */
export interface OrganizationsRolesBody {
  role_ids?: string[] | null;
  role_id?: string[] | null;
}

/** Which tenants a list shows. */
export interface TenantQuery {
  limit?: number | null;
  cursor?: string;
  search?: string;
  search_field?: SearchField;
}

/** A page of tenants. */
export interface TenantsAnswer {
  limit: number;
  next_cursor: string;
  tenants: TenantRow[];
}

/** A tenant, as lists show it. */
export interface TenantRow {
  id: string;
  name: string;
  display_name: string;
  status: TenantStatus;
}

/** Whether a tenant's members may act there. */
export type TenantStatus = "active" | "inactive";

/** A tenant to be created; a name is enough, and either of the two will do. */
export interface NewTenant {
  name?: string;
  display_name?: string;
  domains?: string[] | null;
  external_id?: string | null;
  metadata?: Record<string, unknown> | null;
}

/** A tenant. */
export interface TenantAnswer {
  id: string;
  name: string;
  display_name: string;
  domains: string[] | null;
  external_id: string;
  metadata: Record<string, unknown>;
  status: TenantStatus;
}

/** What is to be different of a tenant; what is not sent stays. */
export interface TenantBody {
  name?: string;
  display_name?: string;
  domains?: string[] | null;
  external_id?: string | null;
  metadata?: Record<string, unknown> | null;
}

/** That something was written. */
export interface Updated {
  is_updated?: boolean;
}

/** A page of members. */
export interface MembersAnswer {
  limit: number;
  next_cursor: string;
  users: MemberAnswer[];
}

/** What a member may change of their organization. */
export interface OwnTenantBody {
  display_name: string;
}

/** An answer that says `ok`. */
export interface Health {
  status: string;
}

/** A JSON Web Key Set (RFC 7517 §5). */
export interface KeySet {
  keys: (Record<string, string>)[];
}


export class Gatepass {
  constructor(private readonly settings: GatepassOptions) {}

  /** Return the next page of a list, as `next` of the answer before names it; null where nothing follows. */
  async nextPage<T>(answer: Answer<T>): Promise<Answer<T> | null> {
    return answer.next === null ? null : this.call<T>("GET", answer.next, {});
  }

  private async call<T>(method: string, path: string, wanted: Wanted): Promise<Answer<T>> {
    const url = new URL(path, this.settings.baseUrl);
    const clientId = this.settings.clientId;
    const query = Object.entries({ ...(clientId ? { client_id: clientId } : {}), ...wanted.query });
    for (const [name, value] of query) {
      if (value !== undefined && value !== null) url.searchParams.set(name, String(value));
    }
    const headers = new Headers({ accept: "application/json" });
    const token = typeof this.settings.token === "function" ? await this.settings.token() : this.settings.token;
    if (token) headers.set("authorization", `Bearer ${token}`);
    if (wanted.options?.idempotencyKey) headers.set("idempotency-key", wanted.options.idempotencyKey);
    if (wanted.options?.ifMatch) headers.set("if-match", wanted.options.ifMatch);
    const init: RequestInit = { method, headers, redirect: "manual" };
    if (wanted.options?.signal) init.signal = wanted.options.signal;
    if (wanted.body !== undefined) {
      if (wanted.form) init.body = new URLSearchParams(wanted.body as Record<string, string>);
      else {
        headers.set("content-type", "application/json");
        init.body = JSON.stringify(wanted.body);
      }
    }
    const response = await (this.settings.fetch ?? fetch)(url, init);
    const text = await response.text();
    const isJson = (response.headers.get("content-type") ?? "").includes("json");
    const data: unknown = isJson && text ? JSON.parse(text) : undefined;
    if (!response.ok) throw problem(response, data);
    return { data: data as T, status: response.status, headers: response.headers, next: nextOf(response) };
  }

  /** Mail a link and a code that sign somebody in. */
  magicLinkSend(body: SendBody, query?: { client_id?: string }, options?: CallOptions): Promise<Answer<SendAnswer>> {
    return this.call("POST", `/api/v1/auth/passwordless/magic-link/send`, { options, query, body });
  }

  /** Mail a new link and a new code for a sign-in that is still open. */
  magicLinkResend(body: ResendBody, query?: { client_id?: string }, options?: CallOptions): Promise<Answer<Nothing>> {
    return this.call("POST", `/api/v1/auth/passwordless/magic-link/resend`, { options, query, body });
  }

  /** Ask whether the link was verified; the first answer after that carries the tokens. */
  magicLinkStatus(query: { client_id?: string; state: string; wait?: number }, options?: CallOptions): Promise<Answer<NestedEnvelope>> {
    return this.call("GET", `/api/v1/auth/passwordless/magic-link/status`, { options, query });
  }

  /** Open the second step of a person whom the application's server names; needs the client secret. */
  mfaToken(body: TokenBody, query?: { client_id?: string }, options?: CallOptions): Promise<Answer<BodiesTokenAnswer>> {
    return this.call("POST", `/api/v1/auth/mfa/token`, { options, query, body });
  }

  /** List what the person of an MFA token can answer with. */
  mfaAuthenticators(query?: { client_id?: string }, options?: CallOptions): Promise<Answer<AuthenticatorAnswer[]>> {
    return this.call("GET", `/api/v1/auth/mfa/authenticators`, { options, query });
  }

  /** Ask a factor: send a code by SMS or e-mail, or begin with a passkey. */
  mfaInitiate(body: InitiateBody, query?: { client_id?: string }, options?: CallOptions): Promise<Answer<InitiateAnswer>> {
    return this.call("POST", `/api/v1/auth/mfa/initiate`, { options, query, body });
  }

  /** Answer the second step; a right answer completes the sign-in and carries the tokens. */
  mfaValidate(body: ValidateBody, query?: { client_id?: string }, options?: CallOptions): Promise<Answer<FlatEnvelope>> {
    return this.call("POST", `/api/v1/auth/mfa/validate`, { options, query, body });
  }

  /** Give a person who has no factor yet an authenticator app, where the sign-in asks for one. */
  mfaEnrollTotp(query?: { client_id?: string }, options?: CallOptions): Promise<Answer<EnrolAnswer>> {
    return this.call("POST", `/api/v1/auth/mfa/enroll/totp`, { options, query });
  }

  /** Type the first code of the new app back; that completes the sign-in and carries the tokens. */
  mfaEnrollTotpConfirm(body: ConfirmBody, query?: { client_id?: string }, options?: CallOptions): Promise<Answer<FlatEnvelope>> {
    return this.call("POST", `/api/v1/auth/mfa/enroll/totp/confirm`, { options, query, body });
  }

  /** Make the first backup codes of the person whose token it is, and from then on tell how many are left. */
  mfaBackupCodes(options?: CallOptions): Promise<Answer<BackupCodesAnswer>> {
    return this.call("GET", `/api/v1/auth/mfa/backupcode`, { options });
  }

  /** Make new backup codes in place of all earlier ones, and show them this once. */
  mfaBackupCodesAnew(options?: CallOptions): Promise<Answer<BackupCodesAnswer>> {
    return this.call("POST", `/api/v1/auth/mfa/backupcode`, { options });
  }

  /** Mail a code that signs somebody in. */
  emailOtpSend(body: CodeSendBody, query?: { client_id?: string }, options?: CallOptions): Promise<Answer<CodeSendAnswer>> {
    return this.call("POST", `/api/v1/auth/passwordless/magic-otp/send`, { options, query, body });
  }

  /** Mail the code of a sign-in that is still open once more, or a new one in its place. */
  emailOtpResend(body: CodeResendBody, query?: { client_id?: string }, options?: CallOptions): Promise<Answer<Repeated>> {
    return this.call("POST", `/api/v1/auth/passwordless/email-otp/resend`, { options, query, body });
  }

  /** Verify the code of a mail and receive the tokens at once. */
  emailOtpVerify(body: OneTimeCodeVerifyBody, query?: { client_id?: string }, options?: CallOptions): Promise<Answer<FlatEnvelope>> {
    return this.call("POST", `/api/v1/auth/passwordless/email-otp/verify`, { options, query, body });
  }

  /** Sign in by a password and receive the tokens at once. */
  passwordLogin(body: LoginBody, query?: { client_id?: string }, options?: CallOptions): Promise<Answer<FlatEnvelope>> {
    return this.call("POST", `/api/v1/auth/password/login`, { options, query, body });
  }

  /** Mail the code with which somebody proves their address and sets their first password. */
  passwordSignup(body: PasswordAddressBody, query?: { client_id?: string }, options?: CallOptions): Promise<Answer<StateAnswer>> {
    return this.call("POST", `/api/v1/auth/password/signup`, { options, query, body });
  }

  /** Set the first password by the code of the mail and receive the tokens at once. */
  passwordSignupComplete(body: CompleteBody, query?: { client_id?: string }, options?: CallOptions): Promise<Answer<FlatEnvelope>> {
    return this.call("POST", `/api/v1/auth/password/signup/complete`, { options, query, body });
  }

  /** Mail a link and a code with which somebody sets a new password. */
  passwordReset(body: PasswordAddressBody, query?: { client_id?: string }, options?: CallOptions): Promise<Answer<StateAnswer>> {
    return this.call("POST", `/api/v1/auth/password/reset`, { options, query, body });
  }

  /** Set a new password by the code of the mail; every other session of the person ends. */
  passwordResetComplete(body: CompleteBody, query?: { client_id?: string }, options?: CallOptions): Promise<Answer<FlatEnvelope>> {
    return this.call("POST", `/api/v1/auth/password/reset/complete`, { options, query, body });
  }

  /** Change the password of the person whose token it is, or set their first. */
  passwordChange(body: ChangeBody, options?: CallOptions): Promise<Answer<PasswordDone>> {
    return this.call("POST", `/api/v1/auth/password/change`, { options, body });
  }

  /** Send a code by SMS that signs somebody in. */
  phoneOtpSend(body: SendPhoneBody, query?: { client_id?: string }, options?: CallOptions): Promise<Answer<SendPhoneAnswer>> {
    return this.call("POST", `/api/v1/auth/passwordless/phone-otp/send`, { options, query, body });
  }

  /** Send a new code by SMS for a sign-in that is still open. */
  phoneOtpResend(body: ResendPhoneBody, query?: { client_id?: string }, options?: CallOptions): Promise<Answer<PhoneNothing>> {
    return this.call("POST", `/api/v1/auth/passwordless/phone-otp/resend`, { options, query, body });
  }

  /** Verify the code of a message and receive the tokens at once. */
  phoneOtpVerify(body: VerifyPhoneBody, query?: { client_id?: string }, options?: CallOptions): Promise<Answer<FlatEnvelope>> {
    return this.call("POST", `/api/v1/auth/passwordless/phone-otp/verify`, { options, query, body });
  }

  /** Begin a sign-in by passkey. */
  passkeyLoginBegin(query?: { client_id?: string; identifier?: string }, options?: CallOptions): Promise<Answer<LoginOptionsAnswer>> {
    return this.call("GET", `/api/v1/auth/passwordless/passkey/login`, { options, query });
  }

  /** Finish a sign-in by passkey and receive the tokens at once. */
  passkeyLoginFinish(body: CredentialBody, query?: { client_id?: string; auth_code?: string; identifier?: string }, options?: CallOptions): Promise<Answer<FlatEnvelope>> {
    return this.call("POST", `/api/v1/auth/passwordless/passkey/login`, { options, query, body });
  }

  /** Ask whether somebody has a passkey; the application's own server alone is told. */
  passkeyStatus(query: { client_id?: string; identifier: string }, options?: CallOptions): Promise<Answer<StatusAnswer>> {
    return this.call("GET", `/api/v1/auth/passwordless/passkey/status`, { options, query });
  }

  /** Begin to make a passkey for the person whose token it is. */
  passkeyRegisterBegin(query?: { authenticator_attachment?: string }, options?: CallOptions): Promise<Answer<RegistrationOptionsAnswer>> {
    return this.call("GET", `/api/v1/auth/passwordless/passkey/register`, { options, query });
  }

  /** Keep the passkey that was made. */
  passkeyRegisterFinish(body: CredentialBody, query?: { auth_code?: string }, options?: CallOptions): Promise<Answer<PasskeyAnswer>> {
    return this.call("POST", `/api/v1/auth/passwordless/passkey/register`, { options, query, body });
  }

  /** List the person's passkeys. */
  passkeyList(options?: CallOptions): Promise<Answer<PasskeyAnswer[]>> {
    return this.call("GET", `/api/v1/auth/passwordless/passkey/credentials`, { options });
  }

  /** Give a passkey another name. */
  passkeyRename(passkeyid: string, body: RenameBody, options?: CallOptions): Promise<Answer<ChangedAnswer>> {
    return this.call("PATCH", `/api/v1/auth/passwordless/passkey/credentials/${encodeURIComponent(passkeyid)}`, { options, body });
  }

  /** Remove a passkey. */
  passkeyDelete(passkeyid: string, query?: { confirm?: boolean }, options?: CallOptions): Promise<Answer<ChangedAnswer>> {
    return this.call("DELETE", `/api/v1/auth/passwordless/passkey/credentials/${encodeURIComponent(passkeyid)}`, { options, query });
  }

  /** Name the origins whose pages may use this host's passkeys. */
  passkeyRelatedOrigins(options?: CallOptions): Promise<Answer<RelatedOrigins>> {
    return this.call("GET", `/.well-known/webauthn`, { options });
  }

  /** Spend a refresh token for new tokens; the token stands in the body, where no log sees it. */
  tokenRefresh(body: RefreshQuery, query?: { client_id?: string }, options?: CallOptions): Promise<Answer<NestedEnvelope>> {
    return this.call("POST", `/api/v1/accesstoken/refresh`, { options, query, body });
  }

  /** Spend a refresh token for new tokens, in the documented form. */
  tokenRefreshDocumented(query: { client_id?: string; refresh_token: string }, options?: CallOptions): Promise<Answer<NestedEnvelope>> {
    return this.call("GET", `/api/v1/accesstoken/refresh`, { options, query });
  }

  /** Spend an authorization code for tokens; the code stands in the body, where no log sees it. */
  codeExchange(body: ExchangeQuery, query?: { client_id?: string }, options?: CallOptions): Promise<Answer<GrantsTokenAnswer>> {
    return this.call("POST", `/api/v1/sso/oauth/accesstoken`, { options, query, body });
  }

  /** Spend an authorization code for tokens, in the documented form. */
  codeExchangeDocumented(query: { client_id?: string; code: string; state?: string; code_verifier?: string; redirect_uri?: string }, options?: CallOptions): Promise<Answer<GrantsTokenAnswer>> {
    return this.call("GET", `/api/v1/sso/oauth/accesstoken`, { options, query });
  }

  /** Send an authorization request ahead of the browser, so that nobody can change it on its way. */
  pushedAuthorizationRequest(body: AuthorizeForm, options?: CallOptions): Promise<Answer<Pushed>> {
    return this.call("POST", `/oauth2/par`, { options, body, form: true });
  }

  /** Register a client by an initial access token, or without where the operator says so (RFC 7591). */
  registerClient(body: ClientForm, options?: CallOptions): Promise<Answer<ClientInformation>> {
    return this.call("POST", `/oauth2/register`, { options, body });
  }

  /** What is registered of a client, for whoever holds its registration token (RFC 7592). */
  readClient(clientId: string, options?: CallOptions): Promise<Answer<ClientInformation>> {
    return this.call("GET", `/oauth2/register/${encodeURIComponent(clientId)}`, { options });
  }

  /** Put other metadata in the place of all that is registered of a client (RFC 7592). */
  changeClient(clientId: string, body: ClientForm, options?: CallOptions): Promise<Answer<ClientInformation>> {
    return this.call("PUT", `/oauth2/register/${encodeURIComponent(clientId)}`, { options, body });
  }

  /** Switch a client off for good, and end all that it was granted (RFC 7592). */
  removeClient(clientId: string, options?: CallOptions): Promise<Answer<void>> {
    return this.call("DELETE", `/oauth2/register/${encodeURIComponent(clientId)}`, { options });
  }

  /** Exchange a code, a refresh token, a device code, a token or the client's own credentials. */
  token(body: TokenForm, options?: CallOptions): Promise<Answer<GrantsTokenAnswer>> {
    return this.call("POST", `/oauth2/token`, { options, body });
  }

  /** Begin to sign in a device that has no keyboard or browser (RFC 8628). */
  deviceAuthorization(body?: DeviceForm, options?: CallOptions): Promise<Answer<DeviceAnswer>> {
    return this.call("POST", `/oauth2/device_authorization`, { options, body, form: true });
  }

  /** What the access token shows of its person (OpenID Connect Core 5.3). */
  userinfo(options?: CallOptions): Promise<Answer<Record<string, unknown>>> {
    return this.call("GET", `/oauth2/userinfo`, { options });
  }

  /** What the access token shows of its person (OpenID Connect Core 5.3); the token may stand in the form. */
  userinfoByForm(body?: UserinfoForm, options?: CallOptions): Promise<Answer<Record<string, unknown>>> {
    return this.call("POST", `/oauth2/userinfo`, { options, body, form: true });
  }

  /** What a token is worth right now (RFC 7662). */
  introspection(body: PresentedTokenForm, options?: CallOptions): Promise<Answer<Introspection>> {
    return this.call("POST", `/oauth2/introspect`, { options, body });
  }

  /** Take a token back (RFC 7009); a refresh token takes all that was granted with it along. */
  revocation(body: PresentedTokenForm, options?: CallOptions): Promise<Answer<Record<string, unknown>>> {
    return this.call("POST", `/oauth2/revoke`, { options, body });
  }

  /** The public configuration of an application's sign-in page, by client id or by domain. */
  configuration(query?: { client_id?: string; domain?: string; lang?: string }, options?: CallOptions): Promise<Answer<Configuration>> {
    return this.call("GET", `/api/v1/config`, { options, query });
  }

  /** Which ways to sign in there are; tells nothing about whether somebody has an account. */
  authStatus(query?: { client_id?: string; identifier?: string; state?: string }, options?: CallOptions): Promise<Answer<AuthStatus>> {
    return this.call("GET", `/api/v1/auth/status`, { options, query });
  }

  /** List users, or those whom a search means; pages follow by Link. A role_id means who holds the role in the organization_id, or, where none is sent, who holds it everywhere. */
  users(query?: { limit?: number | null; cursor?: string; email?: string; name?: string; phone?: string; external_id?: string; metadata?: string; state?: UserState | null; created_from?: string | null; created_before?: string | null; organization_id?: string; role_id?: string }, options?: CallOptions): Promise<Answer<UserFull[]>> {
    return this.call("GET", `/api/v1/users`, { options, query });
  }

  /** Make somebody a user. */
  createUser(body: UserBody, options?: CallOptions): Promise<Answer<CreatedUser>> {
    return this.call("POST", `/api/v1/users`, { options, body });
  }

  /** Read a user by id, or by e-mail address. */
  user(userId: string, options?: CallOptions): Promise<Answer<UserFull>> {
    return this.call("GET", `/api/v1/users/${encodeURIComponent(userId)}`, { options });
  }

  /** Change a user; what is left out stays, and metadata that is sent takes the place of what there was. */
  replaceUser(userId: string, body: UserChangeBody, options?: CallOptions): Promise<Answer<UserFull>> {
    return this.call("PUT", `/api/v1/users/${encodeURIComponent(userId)}`, { options, body });
  }

  /** Change a user by a merge patch (RFC 7396). */
  patchUser(userId: string, body: UserChangeBody, options?: CallOptions): Promise<Answer<UserFull>> {
    return this.call("PATCH", `/api/v1/users/${encodeURIComponent(userId)}`, { options, body });
  }

  /** Delete a user: sessions end at once, the record waits for the purge. */
  deleteUser(userId: string, options?: CallOptions): Promise<Answer<Deleted>> {
    return this.call("DELETE", `/api/v1/users/${encodeURIComponent(userId)}`, { options });
  }

  /** Read a user in short, by one of their e-mail addresses. */
  userByEmail(userEmail: string, options?: CallOptions): Promise<Answer<UserShort>> {
    return this.call("GET", `/api/v1/users/${encodeURIComponent(userEmail)}/email`, { options });
  }

  /** Say whether a user reads the mail of their address. */
  verifyUser(userId: string, body: UsersVerifyBody, options?: CallOptions): Promise<Answer<UserFull>> {
    return this.call("POST", `/api/v1/users/${encodeURIComponent(userId)}/verify`, { options, body });
  }

  /** Take a deleted user back, before the purge. */
  restoreUser(userId: string, options?: CallOptions): Promise<Answer<UserFull>> {
    return this.call("POST", `/api/v1/users/${encodeURIComponent(userId)}/restore`, { options });
  }

  /** Make up to a thousand users; a row that can't be kept stops no other. */
  createUsers(body: BatchBody, options?: CallOptions): Promise<Answer<BatchAnswer>> {
    return this.call("POST", `/api/v1/users/batch`, { options, body });
  }

  /** Switch a user off; their sessions end at once. */
  deactivateUser(userId: string, options?: CallOptions): Promise<Answer<UserFull>> {
    return this.call("POST", `/api/v1/users/${encodeURIComponent(userId)}/deactivate`, { options });
  }

  /** Switch a user on again. */
  activateUser(userId: string, options?: CallOptions): Promise<Answer<UserFull>> {
    return this.call("POST", `/api/v1/users/${encodeURIComponent(userId)}/activate`, { options });
  }

  /** Block a user for a reason; their sessions end at once. */
  blockUser(userId: string, body: BlockBody, options?: CallOptions): Promise<Answer<UserFull>> {
    return this.call("POST", `/api/v1/users/${encodeURIComponent(userId)}/block`, { options, body });
  }

  /** Lift the block of a user. */
  unblockUser(userId: string, options?: CallOptions): Promise<Answer<UserFull>> {
    return this.call("POST", `/api/v1/users/${encodeURIComponent(userId)}/unblock`, { options });
  }

  /** List the addresses of a user. */
  userAddresses(userId: string, options?: CallOptions): Promise<Answer<AddressAnswer[]>> {
    return this.call("GET", `/api/v1/users/${encodeURIComponent(userId)}/addresses`, { options });
  }

  /** Give a user another address. */
  addUserAddress(userId: string, body: UsersAddressBody, options?: CallOptions): Promise<Answer<AddressAnswer[]>> {
    return this.call("POST", `/api/v1/users/${encodeURIComponent(userId)}/addresses`, { options, body });
  }

  /** Vouch for an address, or make it the primary one. */
  changeUserAddress(userId: string, email: string, body: AddressChangeBody, options?: CallOptions): Promise<Answer<AddressAnswer[]>> {
    return this.call("PATCH", `/api/v1/users/${encodeURIComponent(userId)}/addresses/${encodeURIComponent(email)}`, { options, body });
  }

  /** Take an address from a user. */
  removeUserAddress(userId: string, email: string, options?: CallOptions): Promise<Answer<AddressAnswer[]>> {
    return this.call("DELETE", `/api/v1/users/${encodeURIComponent(userId)}/addresses/${encodeURIComponent(email)}`, { options });
  }

  /** List the phone numbers of a user. */
  userPhones(userId: string, options?: CallOptions): Promise<Answer<PhoneAnswer[]>> {
    return this.call("GET", `/api/v1/users/${encodeURIComponent(userId)}/phones`, { options });
  }

  /** Give a user another phone number. */
  addUserPhone(userId: string, body: PhoneBody, options?: CallOptions): Promise<Answer<PhoneAnswer[]>> {
    return this.call("POST", `/api/v1/users/${encodeURIComponent(userId)}/phones`, { options, body });
  }

  /** Vouch for a phone number, or make it the primary one. */
  changeUserPhone(userId: string, phone: string, body: PhoneChangeBody, options?: CallOptions): Promise<Answer<PhoneAnswer[]>> {
    return this.call("PATCH", `/api/v1/users/${encodeURIComponent(userId)}/phones/${encodeURIComponent(phone)}`, { options, body });
  }

  /** Take a phone number from a user. */
  removeUserPhone(userId: string, phone: string, options?: CallOptions): Promise<Answer<PhoneAnswer[]>> {
    return this.call("DELETE", `/api/v1/users/${encodeURIComponent(userId)}/phones/${encodeURIComponent(phone)}`, { options });
  }

  /** List the identities that a user has at other providers. */
  userIdentities(userId: string, options?: CallOptions): Promise<Answer<IdentityAnswer[]>> {
    return this.call("GET", `/api/v1/users/${encodeURIComponent(userId)}/identities`, { options });
  }

  /** Take an identity from a user. */
  unlinkUserIdentity(userId: string, identityId: string, options?: CallOptions): Promise<Answer<IdentityAnswer[]>> {
    return this.call("DELETE", `/api/v1/users/${encodeURIComponent(userId)}/identities/${encodeURIComponent(identityId)}`, { options });
  }

  /** Read all metadata of a user. */
  userMetadata(userId: string, options?: CallOptions): Promise<Answer<MetadataAnswer>> {
    return this.call("GET", `/api/v1/users/${encodeURIComponent(userId)}/metadata`, { options });
  }

  /** Set the metadata of a user. */
  replaceUserMetadata(userId: string, body: MetadataBody, options?: CallOptions): Promise<Answer<MetadataAnswer>> {
    return this.call("PUT", `/api/v1/users/${encodeURIComponent(userId)}/metadata`, { options, body });
  }

  /** Change the metadata of a user by a merge patch (RFC 7396). */
  patchUserMetadata(userId: string, body: MetadataBody, options?: CallOptions): Promise<Answer<MetadataAnswer>> {
    return this.call("PATCH", `/api/v1/users/${encodeURIComponent(userId)}/metadata`, { options, body });
  }

  /** List the roles that a user holds everywhere. */
  userRoles(userId: string, options?: CallOptions): Promise<Answer<UserRole[]>> {
    return this.call("GET", `/api/v1/users/${encodeURIComponent(userId)}/roles`, { options });
  }

  /** Set the roles that a user holds everywhere. */
  setUserRoles(userId: string, body: UsersRolesBody, options?: CallOptions): Promise<Answer<UserFull>> {
    return this.call("PUT", `/api/v1/users/${encodeURIComponent(userId)}/roles`, { options, body });
  }

  /** List the organizations of a user, with their roles there. */
  userOrganizations(userId: string, options?: CallOptions): Promise<Answer<OrganizationsOfUser>> {
    return this.call("GET", `/api/account/identity/users/${encodeURIComponent(userId)}/organizations`, { options });
  }

  /** List the organizations of a user in the later form. */
  userTenants(userId: string, options?: CallOptions): Promise<Answer<TenantsOfUser>> {
    return this.call("GET", `/api/v1/users/${encodeURIComponent(userId)}/tenants`, { options });
  }

  /** List the sign-ins of a user, the newest first. */
  userLoginLogs(userId: string, query?: { limit?: number | null; cursor?: string; event?: string }, options?: CallOptions): Promise<Answer<LoginLogs>> {
    return this.call("GET", `/api/v1/users/${encodeURIComponent(userId)}/loginlogs`, { options, query });
  }

  /** List the sessions of a user. */
  userSessions(userId: string, options?: CallOptions): Promise<Answer<SessionAnswer[]>> {
    return this.call("GET", `/api/v1/users/${encodeURIComponent(userId)}/sessions`, { options });
  }

  /** End every session of a user, with the tokens that it carries. */
  endUserSessions(userId: string, options?: CallOptions): Promise<Answer<UsersEnded>> {
    return this.call("DELETE", `/api/v1/users/${encodeURIComponent(userId)}/sessions`, { options });
  }

  /** End one session of a user. */
  endUserSession(userId: string, sessionId: string, options?: CallOptions): Promise<Answer<UsersEnded>> {
    return this.call("DELETE", `/api/v1/users/${encodeURIComponent(userId)}/sessions/${encodeURIComponent(sessionId)}`, { options });
  }

  /** List what a user can prove themselves with, and the browsers that are remembered. */
  listUserAuthenticators(userId: string, options?: CallOptions): Promise<Answer<Holdings>> {
    return this.call("GET", `/api/v1/users/${encodeURIComponent(userId)}/mfa`, { options });
  }

  /** Take every second factor off a user who has lost them; the user is told by mail. */
  resetUserMfa(userId: string, options?: CallOptions): Promise<Answer<UserFull>> {
    return this.call("POST", `/api/v1/users/${encodeURIComponent(userId)}/mfa/reset`, { options });
  }

  /** Let a remembered browser of a user be asked again. */
  forgetUserDevice(userId: string, deviceId: string, options?: CallOptions): Promise<Answer<UserFull>> {
    return this.call("DELETE", `/api/v1/users/${encodeURIComponent(userId)}/mfa/devices/${encodeURIComponent(deviceId)}`, { options });
  }

  /** List events: behind a sequence in the order of the record, or the newest first. */
  events(query?: { limit?: number | null; cursor?: string; after?: number | null; kind?: string; family?: string; user_id?: string; actor_id?: string; organization_id?: string; application_id?: string; address?: string; outcome?: string; since?: string | null; until?: string | null }, options?: CallOptions): Promise<Answer<EventAnswer[]>> {
    return this.call("GET", `/api/v1/events`, { options, query });
  }

  /** Read an event. */
  event(eventId: string, options?: CallOptions): Promise<Answer<EventAnswer>> {
    return this.call("GET", `/api/v1/events/${encodeURIComponent(eventId)}`, { options });
  }

  /** List the kinds of events and what they mean. */
  eventKinds(options?: CallOptions): Promise<Answer<KindAnswer[]>> {
    return this.call("GET", `/api/v1/event-kinds`, { options });
  }

  /** List the events of an organization, in the same two ways. */
  organizationEvents(organizationId: string, query?: { limit?: number | null; cursor?: string; after?: number | null; kind?: string; family?: string; user_id?: string; actor_id?: string; application_id?: string; address?: string; outcome?: string; since?: string | null; until?: string | null }, options?: CallOptions): Promise<Answer<EventAnswer[]>> {
    return this.call("GET", `/api/v1/organizations/${encodeURIComponent(organizationId)}/events`, { options, query });
  }

  /** List what happened in an organization, to a member who may see its team. */
  auditLogForMember(tenantId: string, query?: { limit?: number | null; cursor?: string; event?: string }, options?: CallOptions): Promise<Answer<LogAnswer>> {
    return this.call("GET", `/api/v1/auth/tenants/${encodeURIComponent(tenantId)}/audit`, { options, query });
  }

  /** Look whether events were changed, removed or put in: at most 10,000 a call. */
  verifyEvents(body: EventsVerifyBody, options?: CallOptions): Promise<Answer<VerdictAnswer>> {
    return this.call("POST", `/api/v1/events/verify`, { options, body });
  }

  /** List the streams and how far each has come. */
  eventStreams(query?: { limit?: number | null; cursor?: string }, options?: CallOptions): Promise<Answer<StreamAnswer[]>> {
    return this.call("GET", `/api/v1/event-streams`, { options, query });
  }

  /** Send the record on, from now on: by HTTPS, by syslog over TLS or into a file. */
  createEventStream(body: StreamBody, options?: CallOptions): Promise<Answer<StreamAnswer>> {
    return this.call("POST", `/api/v1/event-streams`, { options, body });
  }

  /** Read a stream. */
  eventStream(streamId: string, options?: CallOptions): Promise<Answer<StreamAnswer>> {
    return this.call("GET", `/api/v1/event-streams/${encodeURIComponent(streamId)}`, { options });
  }

  /** Change a stream; it is tried again at once. */
  changeEventStream(streamId: string, body: StreamBody, options?: CallOptions): Promise<Answer<StreamAnswer>> {
    return this.call("PUT", `/api/v1/event-streams/${encodeURIComponent(streamId)}`, { options, body });
  }

  /** Remove a stream. */
  removeEventStream(streamId: string, options?: CallOptions): Promise<Answer<RemovedStream>> {
    return this.call("DELETE", `/api/v1/event-streams/${encodeURIComponent(streamId)}`, { options });
  }

  /** Send a sample event right now. */
  testEventStream(streamId: string, options?: CallOptions): Promise<Answer<EventsTestAnswer>> {
    return this.call("POST", `/api/v1/event-streams/${encodeURIComponent(streamId)}/test`, { options });
  }

  /** Let a stream go on from another place of the record. */
  resetEventStream(streamId: string, body: ResetBody, options?: CallOptions): Promise<Answer<StreamAnswer>> {
    return this.call("POST", `/api/v1/event-streams/${encodeURIComponent(streamId)}/reset`, { options, body });
  }

  /** List the applications, the oldest first. */
  applications(query?: { limit?: number | null; cursor?: string }, options?: CallOptions): Promise<Answer<ApplicationAnswer[]>> {
    return this.call("GET", `/api/v1/applications`, { options, query });
  }

  /** Create an application; its secret is shown this once. */
  createApplication(body: NewRegistration, options?: CallOptions): Promise<Answer<CreatedApplication>> {
    return this.call("POST", `/api/v1/applications`, { options, body });
  }

  /** Read an application, by its id or its client id. */
  application(applicationId: string, options?: CallOptions): Promise<Answer<ApplicationAnswer>> {
    return this.call("GET", `/api/v1/applications/${encodeURIComponent(applicationId)}`, { options });
  }

  /** Change parts of an application; objects are merged, lists are replaced. */
  changeApplication(applicationId: string, body: ChangedRegistration, options?: CallOptions): Promise<Answer<ApplicationAnswer>> {
    return this.call("PATCH", `/api/v1/applications/${encodeURIComponent(applicationId)}`, { options, body });
  }

  /** Write an application anew; what is not sent is as usual again. */
  replaceApplication(applicationId: string, body: NewRegistration, options?: CallOptions): Promise<Answer<ApplicationAnswer>> {
    return this.call("PUT", `/api/v1/applications/${encodeURIComponent(applicationId)}`, { options, body });
  }

  /** Delete an application for good, with all that it was granted, its templates and its domains. */
  deleteApplication(applicationId: string, options?: CallOptions): Promise<Answer<ShapesDone>> {
    return this.call("DELETE", `/api/v1/applications/${encodeURIComponent(applicationId)}`, { options });
  }

  /** Switch an application on. */
  activateApplication(applicationId: string, options?: CallOptions): Promise<Answer<ApplicationAnswer>> {
    return this.call("POST", `/api/v1/applications/${encodeURIComponent(applicationId)}/activate`, { options });
  }

  /** Switch an application off: nobody signs in to it, and its tokens open nothing. */
  deactivateApplication(applicationId: string, options?: CallOptions): Promise<Answer<ApplicationAnswer>> {
    return this.call("POST", `/api/v1/applications/${encodeURIComponent(applicationId)}/deactivate`, { options });
  }

  /** List an application's live secrets by their last characters, the oldest first. */
  applicationSecrets(applicationId: string, options?: CallOptions): Promise<Answer<SecretAnswer[]>> {
    return this.call("GET", `/api/v1/applications/${encodeURIComponent(applicationId)}/secrets`, { options });
  }

  /** Give an application a new secret, shown this once; the newest of the others goes on opening. */
  rotateApplicationSecret(applicationId: string, options?: CallOptions): Promise<Answer<CreatedSecret>> {
    return this.call("POST", `/api/v1/applications/${encodeURIComponent(applicationId)}/secrets`, { options });
  }

  /** End a secret at once. */
  revokeApplicationSecret(applicationId: string, secretId: string, options?: CallOptions): Promise<Answer<ShapesDone>> {
    return this.call("DELETE", `/api/v1/applications/${encodeURIComponent(applicationId)}/secrets/${encodeURIComponent(secretId)}`, { options });
  }

  /** List the mails that can have a template, what may stand in each, and the templates that are used. */
  mailTemplates(query?: { application_id?: string; language?: string }, options?: CallOptions): Promise<Answer<MailAnswer[]>> {
    return this.call("GET", `/api/v1/templates`, { options, query });
  }

  /** Read the template that is used, or a first draft to begin with where the house's words are. */
  mailTemplate(name: string, query?: { application_id?: string; language?: string }, options?: CallOptions): Promise<Answer<TemplateAnswer>> {
    return this.call("GET", `/api/v1/templates/${encodeURIComponent(name)}`, { options, query });
  }

  /** Write a new version of a template and use it; one that could not make a good mail is refused. */
  saveMailTemplate(name: string, body: NewTemplate, options?: CallOptions): Promise<Answer<TemplateAnswer>> {
    return this.call("PUT", `/api/v1/templates/${encodeURIComponent(name)}`, { options, body });
  }

  /** Use the house's words again; the versions stay to be brought back. */
  resetMailTemplate(name: string, query?: { application_id?: string; language?: string }, options?: CallOptions): Promise<Answer<ShapesDone>> {
    return this.call("DELETE", `/api/v1/templates/${encodeURIComponent(name)}`, { options, query });
  }

  /** List a template's versions, the newest first. */
  mailTemplateVersions(name: string, query?: { application_id?: string; language?: string; limit?: number | null; cursor?: string }, options?: CallOptions): Promise<Answer<TemplateAnswer[]>> {
    return this.call("GET", `/api/v1/templates/${encodeURIComponent(name)}/versions`, { options, query });
  }

  /** Use an older version again. */
  activateMailTemplate(name: string, version: string, query?: { application_id?: string; language?: string }, options?: CallOptions): Promise<Answer<TemplateAnswer>> {
    return this.call("POST", `/api/v1/templates/${encodeURIComponent(name)}/versions/${encodeURIComponent(version)}/activate`, { options, query });
  }

  /** See what a draft makes of samples, and everything that is wrong with it; nothing is kept. */
  previewMailTemplate(name: string, body: DraftBody, options?: CallOptions): Promise<Answer<Preview>> {
    return this.call("POST", `/api/v1/templates/${encodeURIComponent(name)}/preview`, { options, body });
  }

  /** Send a mail with samples in it, in the words that are used now; twenty an hour. */
  testMailTemplate(name: string, body: TestMail, options?: CallOptions): Promise<Answer<ShapesDone>> {
    return this.call("POST", `/api/v1/templates/${encodeURIComponent(name)}/test`, { options, body });
  }

  /** List the custom domains, in the order in which they were named. */
  customDomains(query?: { limit?: number | null; cursor?: string; application_id?: string }, options?: CallOptions): Promise<Answer<DomainsDomainAnswer[]>> {
    return this.call("GET", `/api/v1/domains`, { options, query });
  }

  /** Name a domain for an application; the answer has the DNS records that its owner writes. */
  createCustomDomain(body: NewDomain, options?: CallOptions): Promise<Answer<DomainsDomainAnswer>> {
    return this.call("POST", `/api/v1/domains`, { options, body });
  }

  /** Read a custom domain. */
  customDomain(domainId: string, options?: CallOptions): Promise<Answer<DomainsDomainAnswer>> {
    return this.call("GET", `/api/v1/domains/${encodeURIComponent(domainId)}`, { options });
  }

  /** Give a domain up; it is served no longer. */
  deleteCustomDomain(domainId: string, options?: CallOptions): Promise<Answer<ShapesDone>> {
    return this.call("DELETE", `/api/v1/domains/${encodeURIComponent(domainId)}`, { options });
  }

  /** Look at the DNS now, and read where the domain stands. */
  verifyCustomDomain(domainId: string, options?: CallOptions): Promise<Answer<DomainsDomainAnswer>> {
    return this.call("POST", `/api/v1/domains/${encodeURIComponent(domainId)}/verify`, { options });
  }

  /** List the roles that can be given everywhere. */
  roles(query?: { limit?: number | null; cursor?: string }, options?: CallOptions): Promise<Answer<AccessRoleAnswer[]>> {
    return this.call("GET", `/api/v1/roles`, { options, query });
  }

  /** Define a role that can be given everywhere. */
  createRole(body: RoleBody, options?: CallOptions): Promise<Answer<AccessRoleAnswer>> {
    return this.call("POST", `/api/v1/roles`, { options, body });
  }

  /** Read a role that can be given everywhere. */
  role(roleId: string, options?: CallOptions): Promise<Answer<AccessRoleAnswer>> {
    return this.call("GET", `/api/v1/roles/${encodeURIComponent(roleId)}`, { options });
  }

  /** Change a role that can be given everywhere; what is left out stays. */
  changeRole(roleId: string, body: RoleChangeBody, options?: CallOptions): Promise<Answer<AccessRoleAnswer>> {
    return this.call("PUT", `/api/v1/roles/${encodeURIComponent(roleId)}`, { options, body });
  }

  /** The same as PUT, for a role that can be given everywhere. */
  patchRole(roleId: string, body: RoleChangeBody, options?: CallOptions): Promise<Answer<AccessRoleAnswer>> {
    return this.call("PATCH", `/api/v1/roles/${encodeURIComponent(roleId)}`, { options, body });
  }

  /** Delete a role that can be given everywhere; nobody holds it any more. */
  removeRole(roleId: string, options?: CallOptions): Promise<Answer<Removed>> {
    return this.call("DELETE", `/api/v1/roles/${encodeURIComponent(roleId)}`, { options });
  }

  /** List the roles of an organization. */
  rolesOfOrganization(organizationId: string, query?: { limit?: number | null; cursor?: string }, options?: CallOptions): Promise<Answer<AccessRoleAnswer[]>> {
    return this.call("GET", `/api/v1/organizations/${encodeURIComponent(organizationId)}/roles`, { options, query });
  }

  /** Define a role of an organization. */
  createRoleOfOrganization(organizationId: string, body: RoleBody, options?: CallOptions): Promise<Answer<AccessRoleAnswer>> {
    return this.call("POST", `/api/v1/organizations/${encodeURIComponent(organizationId)}/roles`, { options, body });
  }

  /** Read a role of an organization. */
  roleOfOrganization(organizationId: string, roleId: string, options?: CallOptions): Promise<Answer<AccessRoleAnswer>> {
    return this.call("GET", `/api/v1/organizations/${encodeURIComponent(organizationId)}/roles/${encodeURIComponent(roleId)}`, { options });
  }

  /** Change a role of an organization; what is left out stays. */
  changeRoleOfOrganization(organizationId: string, roleId: string, body: RoleChangeBody, options?: CallOptions): Promise<Answer<AccessRoleAnswer>> {
    return this.call("PUT", `/api/v1/organizations/${encodeURIComponent(organizationId)}/roles/${encodeURIComponent(roleId)}`, { options, body });
  }

  /** The same as PUT, for a role of an organization. */
  patchRoleOfOrganization(organizationId: string, roleId: string, body: RoleChangeBody, options?: CallOptions): Promise<Answer<AccessRoleAnswer>> {
    return this.call("PATCH", `/api/v1/organizations/${encodeURIComponent(organizationId)}/roles/${encodeURIComponent(roleId)}`, { options, body });
  }

  /** Delete a role of an organization; nobody holds it any more. */
  removeRoleOfOrganization(organizationId: string, roleId: string, options?: CallOptions): Promise<Answer<Removed>> {
    return this.call("DELETE", `/api/v1/organizations/${encodeURIComponent(organizationId)}/roles/${encodeURIComponent(roleId)}`, { options });
  }

  /** Let a role grant further permissions. */
  addRolePermissions(body: AddedPermissions, options?: CallOptions): Promise<Answer<AccessRoleAnswer>> {
    return this.call("PUT", `/api/v1/roles/assignpermission`, { options, body });
  }

  /** List the roles that can be given everywhere, to whoever is signed in. */
  rolesForMember(query?: { limit?: number | null; cursor?: string }, options?: CallOptions): Promise<Answer<RolesAnswer>> {
    return this.call("GET", `/api/v1/auth/roles`, { options, query });
  }

  /** List the roles that can be given in an organization, to a member who may see its team. */
  rolesOfTenantForMember(tenantId: string, query?: { limit?: number | null; cursor?: string }, options?: CallOptions): Promise<Answer<RolesAnswer>> {
    return this.call("GET", `/api/v1/auth/tenants/${encodeURIComponent(tenantId)}/roles`, { options, query });
  }

  /** List the permissions. */
  permissions(query?: { limit?: number | null; cursor?: string }, options?: CallOptions): Promise<Answer<PermissionAnswer[]>> {
    return this.call("GET", `/api/v1/permissions`, { options, query });
  }

  /** Define a permission. */
  createPermission(body: PermissionBody, options?: CallOptions): Promise<Answer<PermissionAnswer>> {
    return this.call("POST", `/api/v1/permissions`, { options, body });
  }

  /** Read a permission. */
  permission(permissionId: string, options?: CallOptions): Promise<Answer<PermissionAnswer>> {
    return this.call("GET", `/api/v1/permissions/${encodeURIComponent(permissionId)}`, { options });
  }

  /** Change a permission; what is left out stays. */
  changePermission(permissionId: string, body: PermissionChangeBody, options?: CallOptions): Promise<Answer<PermissionAnswer>> {
    return this.call("PUT", `/api/v1/permissions/${encodeURIComponent(permissionId)}`, { options, body });
  }

  /** The same as PUT. */
  patchPermission(permissionId: string, body: PermissionChangeBody, options?: CallOptions): Promise<Answer<PermissionAnswer>> {
    return this.call("PATCH", `/api/v1/permissions/${encodeURIComponent(permissionId)}`, { options, body });
  }

  /** Delete a permission; no role grants it any more. */
  removePermission(permissionId: string, options?: CallOptions): Promise<Answer<Removed>> {
    return this.call("DELETE", `/api/v1/permissions/${encodeURIComponent(permissionId)}`, { options });
  }

  /** Tell whether a user has a permission. */
  checkPermission(userId: string, permission: string, query?: { organization_id?: string }, options?: CallOptions): Promise<Answer<CheckAnswer>> {
    return this.call("GET", `/api/v1/users/${encodeURIComponent(userId)}/permissions/${encodeURIComponent(permission)}/check`, { options, query });
  }

  /** Tell why a user has a permission, or why they lack it. */
  explainPermission(userId: string, permission: string, query?: { organization_id?: string }, options?: CallOptions): Promise<Answer<WhyAnswer>> {
    return this.call("GET", `/api/v1/users/${encodeURIComponent(userId)}/permissions/${encodeURIComponent(permission)}/why`, { options, query });
  }

  /** List the API keys, revoked ones too. */
  apiKeys(query?: { limit?: number | null; cursor?: string }, options?: CallOptions): Promise<Answer<KeyAnswer[]>> {
    return this.call("GET", `/api/v1/api-keys`, { options, query });
  }

  /** Make an API key that may do no more than its maker; its secret is shown this once. */
  createApiKey(body: KeyBody, options?: CallOptions): Promise<Answer<CreatedKeyAnswer>> {
    return this.call("POST", `/api/v1/api-keys`, { options, body });
  }

  /** Read an API key. */
  apiKey(keyId: string, options?: CallOptions): Promise<Answer<KeyAnswer>> {
    return this.call("GET", `/api/v1/api-keys/${encodeURIComponent(keyId)}`, { options });
  }

  /** Revoke an API key, and every key that it made, at once and for good. */
  revokeApiKey(keyId: string, options?: CallOptions): Promise<Answer<RevokedKeyAnswer>> {
    return this.call("DELETE", `/api/v1/api-keys/${encodeURIComponent(keyId)}`, { options });
  }

  /** List who operates the server. */
  operators(query?: { limit?: number | null; cursor?: string }, options?: CallOptions): Promise<Answer<OperatorAnswer[]>> {
    return this.call("GET", `/api/v1/operators`, { options, query });
  }

  /** Let a user operate the server, or with other scopes. */
  addOperator(body: OperatorBody, options?: CallOptions): Promise<Answer<OperatorAnswer>> {
    return this.call("POST", `/api/v1/operators`, { options, body });
  }

  /** Let a user operate the server no longer. */
  removeOperator(userId: string, options?: CallOptions): Promise<Answer<Removed>> {
    return this.call("DELETE", `/api/v1/operators/${encodeURIComponent(userId)}`, { options });
  }

  /** Act in a user's place for a while: the answer has a link that opens it once. */
  impersonationBegin(userId: string, body: ImpersonationBody, options?: CallOptions): Promise<Answer<BegunAnswer>> {
    return this.call("POST", `/api/v1/users/${encodeURIComponent(userId)}/impersonations`, { options, body });
  }

  /** Who acted in a user's place, the newest first. */
  impersonationList(userId: string, query?: { limit?: number | null; cursor?: string }, options?: CallOptions): Promise<Answer<ImpersonationAnswer[]>> {
    return this.call("GET", `/api/v1/users/${encodeURIComponent(userId)}/impersonations`, { options, query });
  }

  /** End an impersonation, opened or not; what applications were given by it is worth nothing. */
  impersonationEnd(userId: string, impersonationId: string, options?: CallOptions): Promise<Answer<ImpersonationEnded>> {
    return this.call("DELETE", `/api/v1/users/${encodeURIComponent(userId)}/impersonations/${encodeURIComponent(impersonationId)}`, { options });
  }

  /** Who is invited to an organization, the newest first; by status where one is asked for. */
  listInvitations(organizationId: string, query?: { limit?: number | null; cursor?: string; status?: string }, options?: CallOptions): Promise<Answer<InvitationsAnswer>> {
    return this.call("GET", `/api/v1/organizations/${encodeURIComponent(organizationId)}/invitations`, { options, query });
  }

  /** Invite an address to an organization, with roles; an earlier invitation of it dies. */
  createInvitation(organizationId: string, body: InvitationBody, options?: CallOptions): Promise<Answer<InvitedAnswer>> {
    return this.call("POST", `/api/v1/organizations/${encodeURIComponent(organizationId)}/invitations`, { options, body });
  }

  /** Take an invitation back; its link opens nothing from then on. */
  revokeInvitation(organizationId: string, query: { invitation_id: string }, options?: CallOptions): Promise<Answer<ShapesDone>> {
    return this.call("DELETE", `/api/v1/organizations/${encodeURIComponent(organizationId)}/invitations`, { options, query });
  }

  /** Mail another link, good for as long as the first one was; the earlier link dies. */
  resendInvitation(organizationId: string, body: InvitationToResend, options?: CallOptions): Promise<Answer<ShapesDone>> {
    return this.call("POST", `/api/v1/organizations/${encodeURIComponent(organizationId)}/invitations/resend`, { options, body });
  }

  /** Who is invited to an organization, the newest first; by status where one is asked for. */
  listInvitationsAsMember(tenantId: string, query?: { limit?: number | null; cursor?: string; status?: string }, options?: CallOptions): Promise<Answer<InvitationsAnswer>> {
    return this.call("GET", `/api/v1/auth/tenants/${encodeURIComponent(tenantId)}/invitations`, { options, query });
  }

  /** Invite an address to an organization, with roles; an earlier invitation of it dies. */
  createInvitationAsMember(tenantId: string, body: InvitationBody, options?: CallOptions): Promise<Answer<InvitedAnswer>> {
    return this.call("POST", `/api/v1/auth/tenants/${encodeURIComponent(tenantId)}/invitations`, { options, body });
  }

  /** Take an invitation back; its link opens nothing from then on. */
  revokeInvitationAsMember(tenantId: string, query: { invitation_id: string }, options?: CallOptions): Promise<Answer<ShapesDone>> {
    return this.call("DELETE", `/api/v1/auth/tenants/${encodeURIComponent(tenantId)}/invitations`, { options, query });
  }

  /** Mail another link, good for as long as the first one was; the earlier link dies. */
  resendInvitationAsMember(tenantId: string, body: InvitationToResend, options?: CallOptions): Promise<Answer<ShapesDone>> {
    return this.call("POST", `/api/v1/auth/tenants/${encodeURIComponent(tenantId)}/invitations/resend`, { options, body });
  }

  /** List the webhooks, the oldest first. */
  webhooks(query?: { limit?: number | null; cursor?: string }, options?: CallOptions): Promise<Answer<WebhookAnswer[]>> {
    return this.call("GET", `/api/v1/webhooks`, { options, query });
  }

  /** Set a webhook up; its secret is shown this once. */
  createWebhook(body: NewWebhook, options?: CallOptions): Promise<Answer<CreatedWebhook>> {
    return this.call("POST", `/api/v1/webhooks`, { options, body });
  }

  /** Read a webhook and how it fares. */
  webhook(webhookId: string, options?: CallOptions): Promise<Answer<WebhookAnswer>> {
    return this.call("GET", `/api/v1/webhooks/${encodeURIComponent(webhookId)}`, { options });
  }

  /** Change parts of a webhook, or switch it off and on. */
  changeWebhook(webhookId: string, body: ChangedWebhook, options?: CallOptions): Promise<Answer<WebhookAnswer>> {
    return this.call("PATCH", `/api/v1/webhooks/${encodeURIComponent(webhookId)}`, { options, body });
  }

  /** Remove a webhook with its log. */
  deleteWebhook(webhookId: string, options?: CallOptions): Promise<Answer<ShapesDone>> {
    return this.call("DELETE", `/api/v1/webhooks/${encodeURIComponent(webhookId)}`, { options });
  }

  /** Give a webhook a new secret, shown this once; the one before signs along for a while. */
  rotateWebhookSecret(webhookId: string, query?: { overlap_seconds?: number | null }, options?: CallOptions): Promise<Answer<CreatedWebhook>> {
    return this.call("POST", `/api/v1/webhooks/${encodeURIComponent(webhookId)}/secret/rotate`, { options, query });
  }

  /** Send a sample event right now and answer what came back. */
  testWebhook(webhookId: string, options?: CallOptions): Promise<Answer<WebhooksTestAnswer>> {
    return this.call("POST", `/api/v1/webhooks/${encodeURIComponent(webhookId)}/test`, { options });
  }

  /** Let a webhook that was stopped, or that rests after failures, be sent events again. */
  resumeWebhook(webhookId: string, query?: { skip_missed?: boolean }, options?: CallOptions): Promise<Answer<WebhookAnswer>> {
    return this.call("POST", `/api/v1/webhooks/${encodeURIComponent(webhookId)}/resume`, { options, query });
  }

  /** List what is and was on its way to a webhook, the newest first. */
  webhookDeliveries(webhookId: string, query?: { limit?: number | null; cursor?: string; state?: DeliveryState | null }, options?: CallOptions): Promise<Answer<DeliveryAnswer[]>> {
    return this.call("GET", `/api/v1/webhooks/${encodeURIComponent(webhookId)}/deliveries`, { options, query });
  }

  /** Read a delivery with every try and what came back. */
  webhookDelivery(webhookId: string, deliveryId: string, options?: CallOptions): Promise<Answer<DeliveryStory>> {
    return this.call("GET", `/api/v1/webhooks/${encodeURIComponent(webhookId)}/deliveries/${encodeURIComponent(deliveryId)}`, { options });
  }

  /** Send one delivery again, under the id of its event. */
  replayWebhookDelivery(webhookId: string, deliveryId: string, options?: CallOptions): Promise<Answer<Replayed>> {
    return this.call("POST", `/api/v1/webhooks/${encodeURIComponent(webhookId)}/deliveries/${encodeURIComponent(deliveryId)}/replay`, { options });
  }

  /** Send again what was given up since a moment, or everything since then that the webhook wants. */
  replayWebhook(webhookId: string, query: { since: string; everything?: boolean }, options?: CallOptions): Promise<Answer<Replayed>> {
    return this.call("POST", `/api/v1/webhooks/${encodeURIComponent(webhookId)}/replay`, { options, query });
  }

  /** Create an organization; its sso_connection_token is shown this once. */
  createOrganization(body: OrganizationBody, options?: CallOptions): Promise<Answer<CreatedOrganization>> {
    return this.call("POST", `/api/v1/organizations`, { options, body });
  }

  /** List the organizations, or search them. */
  organizations(query?: { limit?: number | null; cursor?: string; search?: string; search_field?: SearchField; state?: State | null; domain?: string; external_id?: string }, options?: CallOptions): Promise<Answer<OrganizationAnswer[]>> {
    return this.call("GET", `/api/v1/organizations`, { options, query });
  }

  /** Read an organization. */
  organization(organizationId: string, options?: CallOptions): Promise<Answer<OrganizationAnswer>> {
    return this.call("GET", `/api/v1/organizations/${encodeURIComponent(organizationId)}`, { options });
  }

  /** Write an organization; metadata is replaced. */
  updateOrganization(organizationId: string, body: OrganizationBody, options?: CallOptions): Promise<Answer<OrganizationAnswer>> {
    return this.call("PUT", `/api/v1/organizations/${encodeURIComponent(organizationId)}`, { options, body });
  }

  /** Merge changes into an organization (RFC 7396). */
  changeOrganization(organizationId: string, body: OrganizationBody, options?: CallOptions): Promise<Answer<OrganizationAnswer>> {
    return this.call("PATCH", `/api/v1/organizations/${encodeURIComponent(organizationId)}`, { options, body });
  }

  /** Delete an organization, with its members' roles, its API keys and its domains. */
  deleteOrganization(organizationId: string, options?: CallOptions): Promise<Answer<Deleted>> {
    return this.call("DELETE", `/api/v1/organizations/${encodeURIComponent(organizationId)}`, { options });
  }

  /** Give an organization's connections another token, shown this once; the one before ends. */
  renewSsoConnectionToken(organizationId: string, options?: CallOptions): Promise<Answer<RenewedToken>> {
    return this.call("POST", `/api/v1/organizations/${encodeURIComponent(organizationId)}/sso_connection_token`, { options });
  }

  /** List an organization's domains. */
  organizationDomains(organizationId: string, options?: CallOptions): Promise<Answer<OrganizationsDomainAnswer[]>> {
    return this.call("GET", `/api/v1/organizations/${encodeURIComponent(organizationId)}/domains`, { options });
  }

  /** List a domain for an organization, and get the record that proves it. */
  addOrganizationDomain(organizationId: string, body: DomainBody, options?: CallOptions): Promise<Answer<OrganizationsDomainAnswer>> {
    return this.call("POST", `/api/v1/organizations/${encodeURIComponent(organizationId)}/domains`, { options, body });
  }

  /** Read a domain of an organization. */
  organizationDomain(organizationId: string, domainId: string, options?: CallOptions): Promise<Answer<OrganizationsDomainAnswer>> {
    return this.call("GET", `/api/v1/organizations/${encodeURIComponent(organizationId)}/domains/${encodeURIComponent(domainId)}`, { options });
  }

  /** Take a domain from an organization. */
  removeOrganizationDomain(organizationId: string, domainId: string, options?: CallOptions): Promise<Answer<ShapesDone>> {
    return this.call("DELETE", `/api/v1/organizations/${encodeURIComponent(organizationId)}/domains/${encodeURIComponent(domainId)}`, { options });
  }

  /** Look for a domain's proof in the DNS now; it is looked for again every week. */
  proveOrganizationDomain(organizationId: string, domainId: string, options?: CallOptions): Promise<Answer<OrganizationsDomainAnswer>> {
    return this.call("POST", `/api/v1/organizations/${encodeURIComponent(organizationId)}/domains/${encodeURIComponent(domainId)}/proof`, { options });
  }

  /** List an organization's members. */
  organizationMembers(organizationId: string, query?: { limit?: number | null; cursor?: string; status?: MemberStatus | null }, options?: CallOptions): Promise<Answer<MemberAnswer[]>> {
    return this.call("GET", `/api/v1/organizations/${encodeURIComponent(organizationId)}/members`, { options, query });
  }

  /** Make users members, all of them or none. */
  addOrganizationMembers(organizationId: string, body: PeopleBody, options?: CallOptions): Promise<Answer<Added>> {
    return this.call("POST", `/api/v1/organizations/${encodeURIComponent(organizationId)}/members`, { options, body });
  }

  /** Let members leave, all or none. */
  removeOrganizationMembers(organizationId: string, body: PeopleBody, options?: CallOptions): Promise<Answer<ShapesDone>> {
    return this.call("DELETE", `/api/v1/organizations/${encodeURIComponent(organizationId)}/members`, { options, body });
  }

  /** Read a member. */
  organizationMember(organizationId: string, userId: string, options?: CallOptions): Promise<Answer<MemberAnswer>> {
    return this.call("GET", `/api/v1/organizations/${encodeURIComponent(organizationId)}/members/${encodeURIComponent(userId)}`, { options });
  }

  /** Suspend a member, or take them up again. */
  changeOrganizationMember(organizationId: string, userId: string, body: StatusBody, options?: CallOptions): Promise<Answer<MemberAnswer>> {
    return this.call("PATCH", `/api/v1/organizations/${encodeURIComponent(organizationId)}/members/${encodeURIComponent(userId)}`, { options, body });
  }

  /** Let a member leave, with their roles. */
  removeOrganizationMember(organizationId: string, userId: string, options?: CallOptions): Promise<Answer<ShapesDone>> {
    return this.call("DELETE", `/api/v1/organizations/${encodeURIComponent(organizationId)}/members/${encodeURIComponent(userId)}`, { options });
  }

  /** Read a member's roles. */
  organizationMemberRoles(organizationId: string, userId: string, options?: CallOptions): Promise<Answer<HeldRoleAnswer[]>> {
    return this.call("GET", `/api/v1/organizations/${encodeURIComponent(organizationId)}/members/${encodeURIComponent(userId)}/roles`, { options });
  }

  /** Set the roles that a member holds in the organization. */
  setOrganizationMemberRoles(organizationId: string, userId: string, body: OrganizationsRolesBody, options?: CallOptions): Promise<Answer<HeldRoleAnswer[]>> {
    return this.call("PUT", `/api/v1/organizations/${encodeURIComponent(organizationId)}/members/${encodeURIComponent(userId)}/roles`, { options, body });
  }

  /** List the tenants, or search them. */
  tenants(query?: { limit?: number | null; cursor?: string; search?: string; search_field?: SearchField }, options?: CallOptions): Promise<Answer<TenantsAnswer>> {
    return this.call("GET", `/api/v1/tenants`, { options, query });
  }

  /** Create a tenant. */
  createTenant(body: NewTenant, options?: CallOptions): Promise<Answer<TenantAnswer>> {
    return this.call("POST", `/api/v1/tenants`, { options, body });
  }

  /** Read a tenant. */
  tenant(organizationId: string, options?: CallOptions): Promise<Answer<TenantAnswer>> {
    return this.call("GET", `/api/v1/tenants/${encodeURIComponent(organizationId)}`, { options });
  }

  /** Change a tenant. */
  updateTenant(organizationId: string, body: TenantBody, options?: CallOptions): Promise<Answer<Updated>> {
    return this.call("PUT", `/api/v1/tenants/${encodeURIComponent(organizationId)}`, { options, body });
  }

  /** Delete a tenant. */
  deleteTenant(organizationId: string, options?: CallOptions): Promise<Answer<ShapesDone>> {
    return this.call("DELETE", `/api/v1/tenants/${encodeURIComponent(organizationId)}`, { options });
  }

  /** List a tenant's users. */
  tenantUsers(organizationId: string, query?: { limit?: number | null; cursor?: string; status?: MemberStatus | null }, options?: CallOptions): Promise<Answer<MembersAnswer>> {
    return this.call("GET", `/api/v1/tenants/${encodeURIComponent(organizationId)}/users`, { options, query });
  }

  /** Make users members of a tenant, all or none. */
  addTenantUsers(organizationId: string, body: PeopleBody, options?: CallOptions): Promise<Answer<Added>> {
    return this.call("POST", `/api/v1/tenants/${encodeURIComponent(organizationId)}/users`, { options, body });
  }

  /** Take users from a tenant, all or none. */
  removeTenantUsers(organizationId: string, body: PeopleBody, options?: CallOptions): Promise<Answer<ShapesDone>> {
    return this.call("DELETE", `/api/v1/tenants/${encodeURIComponent(organizationId)}/users`, { options, body });
  }

  /** Read a user of a tenant. */
  tenantUser(organizationId: string, userId: string, options?: CallOptions): Promise<Answer<MemberAnswer>> {
    return this.call("GET", `/api/v1/tenants/${encodeURIComponent(organizationId)}/users/${encodeURIComponent(userId)}`, { options });
  }

  /** Set the roles that a user holds in a tenant. */
  setTenantUserRoles(organizationId: string, userId: string, body: OrganizationsRolesBody, options?: CallOptions): Promise<Answer<Updated>> {
    return this.call("POST", `/api/v1/tenants/${encodeURIComponent(organizationId)}/users/${encodeURIComponent(userId)}/roles`, { options, body });
  }

  /** Read an organization of one's own. */
  ownTenant(tenantId: string, options?: CallOptions): Promise<Answer<TenantAnswer>> {
    return this.call("GET", `/api/v1/auth/tenants/${encodeURIComponent(tenantId)}`, { options });
  }

  /** Say what people read as the organization's name. */
  updateOwnTenant(tenantId: string, body: OwnTenantBody, options?: CallOptions): Promise<Answer<Updated>> {
    return this.call("PUT", `/api/v1/auth/tenants/${encodeURIComponent(tenantId)}`, { options, body });
  }

  /** List the members of one's organization. */
  colleagues(tenantId: string, query?: { limit?: number | null; cursor?: string; status?: MemberStatus | null }, options?: CallOptions): Promise<Answer<MembersAnswer>> {
    return this.call("GET", `/api/v1/auth/tenants/${encodeURIComponent(tenantId)}/users`, { options, query });
  }

  /** Add people who are at a domain that the organization proved; others are invited. */
  addColleagues(tenantId: string, body: PeopleBody, options?: CallOptions): Promise<Answer<Added>> {
    return this.call("POST", `/api/v1/auth/tenants/${encodeURIComponent(tenantId)}/users`, { options, body });
  }

  /** Let members leave, all or none. */
  removeColleagues(tenantId: string, body: PeopleBody, options?: CallOptions): Promise<Answer<ShapesDone>> {
    return this.call("DELETE", `/api/v1/auth/tenants/${encodeURIComponent(tenantId)}/users`, { options, body });
  }

  /** Read a member of one's organization. */
  colleague(tenantId: string, userId: string, options?: CallOptions): Promise<Answer<MemberAnswer>> {
    return this.call("GET", `/api/v1/auth/tenants/${encodeURIComponent(tenantId)}/users/${encodeURIComponent(userId)}`, { options });
  }

  /** Suspend a member, or take them up again. */
  changeColleague(tenantId: string, userId: string, body: StatusBody, options?: CallOptions): Promise<Answer<MemberAnswer>> {
    return this.call("PATCH", `/api/v1/auth/tenants/${encodeURIComponent(tenantId)}/users/${encodeURIComponent(userId)}`, { options, body });
  }

  /** Set a member's roles; nobody gives or takes more than their own allow. */
  setColleagueRoles(tenantId: string, userId: string, body: OrganizationsRolesBody, options?: CallOptions): Promise<Answer<Updated>> {
    return this.call("POST", `/api/v1/auth/tenants/${encodeURIComponent(tenantId)}/users/${encodeURIComponent(userId)}/roles`, { options, body });
  }

  /** List one's own organizations, or those that one shares with somebody and may view. */
  ownTenants(userId: string, options?: CallOptions): Promise<Answer<TenantsOfUser>> {
    return this.call("GET", `/api/v1/auth/users/${encodeURIComponent(userId)}/tenants`, { options });
  }

  /** Whether the process answers. */
  healthz(options?: CallOptions): Promise<Answer<Health>> {
    return this.call("GET", `/healthz`, { options });
  }

  /** Whether the process can serve: its database answers. */
  readyz(options?: CallOptions): Promise<Answer<Health>> {
    return this.call("GET", `/readyz`, { options });
  }

  /** What the provider can do and where (OpenID Connect Discovery 1.0, RFC 8414). */
  metadata(options?: CallOptions): Promise<Answer<Record<string, unknown>>> {
    return this.call("GET", `/.well-known/openid-configuration`, { options });
  }

  /** The public keys that verify our tokens. */
  jwks(options?: CallOptions): Promise<Answer<KeySet>> {
    return this.call("GET", `/.well-known/jwks.json`, { options });
  }

}

function nextOf(response: Response): string | null {
  return /<([^>]*)>;\s*rel="next"/.exec(response.headers.get("link") ?? "")?.[1] ?? null;
}

function problem(response: Response, data: unknown): GatepassError {
  const body = (typeof data === "object" && data !== null ? data : {}) as Record<string, unknown>;
  const code = String(body["error_code"] ?? body["code"] ?? body["error"] ?? response.status);
  const message = String(body["error_description"] ?? body["title"] ?? response.statusText);
  const wait = response.headers.get("retry-after");
  return new GatepassError(response.status, code, message, wait === null ? null : Number(wait), data);
}
