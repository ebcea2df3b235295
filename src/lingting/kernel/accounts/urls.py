from django.urls import path

from lingting.kernel.accounts.views import me, roles, signing_in, tokens

app_name = "accounts"
urlpatterns = [
    path("sign-in/", signing_in.sign_in, name="sign-in"),
    path("sign-in/demo/", signing_in.demo_sign_in, name="demo-sign-in"),
    path("sign-in/code/", signing_in.second_step, name="second-step"),
    path("sign-in/new-password/", signing_in.new_password, name="new-password"),
    path("sign-in/second-factor/", signing_in.set_up, name="set-up"),
    path("sign-out/", signing_in.sign_out, name="sign-out"),
    path("first-administrator/", signing_in.first_administrator, name="first-administrator"),
    path("preferences/", me.preferences, name="preferences"),
    path("me/", me.me, name="me"),
    path("me/password/", me.password, name="password"),
    path("me/second-factor/", me.second_factor, name="second-factor"),
    path("me/second-factor/removal/", me.second_factor_removal, name="second-factor-removal"),
    path("me/recovery-codes/", me.recovery_codes, name="recovery-codes"),
    path("me/browsers/<int:signed_in_id>/end/", me.browser_end, name="browser-end"),
    path("me/browsers/end/", me.other_browsers_end, name="other-browsers-end"),
    path("me/tokens/new/", me.token, name="my-token-new"),
    path("me/tokens/<int:token_id>/revocation/", me.token_revocation, name="my-token-revocation"),
    path("settings/roles/", roles.role_list, name="roles"),
    path("settings/roles/new/", roles.role, name="role-new"),
    path("settings/roles/<int:role_id>/", roles.role, name="role"),
    path("settings/roles/<int:role_id>/removal/", roles.role_removal, name="role-removal"),
    path("settings/tokens/", tokens.token_list, name="tokens"),
    path("settings/tokens/new/", tokens.token, name="token-new"),
    path("settings/tokens/<int:token_id>/revocation/", tokens.token_revocation, name="token-revocation"),
]
