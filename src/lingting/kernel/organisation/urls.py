from django.urls import path

from lingting.kernel.organisation.views import centre, colleagues, people, structure

app_name = "organisation"
urlpatterns = [
    path("colleagues/", colleagues.colleagues, name="colleagues"),
    path("colleagues/find/", colleagues.find, name="find"),
    path("settings/centre/", centre.centre, name="centre"),
    path("settings/people/", people.people, name="people"),
    path("settings/people/new/", people.new_person, name="person-new"),
    path("settings/people/<int:employee_id>/", people.person, name="person"),
    path("settings/people/<int:employee_id>/departure/", people.departure, name="departure"),
    path("settings/people/<int:employee_id>/return/", people.return_to_work, name="return"),
    path("settings/people/<int:employee_id>/password/", people.password, name="password"),
    path("settings/people/<int:employee_id>/second-factor/", people.second_factor, name="second-factor"),
    path("settings/teams/", structure.teams, name="teams"),
    path("settings/teams/new/", structure.team, name="team-new"),
    path("settings/teams/<int:team_id>/", structure.team, name="team"),
    path("settings/teams/<int:team_id>/removal/", structure.team_removal, name="team-removal"),
    path("settings/sites/", structure.sites, name="sites"),
    path("settings/sites/new/", structure.site, name="site-new"),
    path("settings/sites/<int:site_id>/", structure.site, name="site"),
    path("settings/sites/<int:site_id>/removal/", structure.site_removal, name="site-removal"),
    path("settings/positions/", structure.positions, name="positions"),
    path("settings/positions/new/", structure.position, name="position-new"),
    path("settings/positions/<int:position_id>/", structure.position, name="position"),
    path("settings/positions/<int:position_id>/removal/", structure.position_removal, name="position-removal"),
    path("settings/skills/", structure.skills, name="skills"),
    path("settings/skills/new/", structure.skill, name="skill-new"),
    path("settings/skills/<int:skill_id>/", structure.skill, name="skill"),
    path("settings/skills/<int:skill_id>/removal/", structure.skill_removal, name="skill-removal"),
]
