"""Addresses of who we are: notices, and what is set up about the council, units, people and bodies."""

from django.urls import path

from core.views.entities import spreadsheet_paths
from organisation.views import accounts, bodies, council, notices, people, posts, units

urlpatterns = [
    path("notices/", notices.notices, name="notices"),
    path("notices/preferences/", notices.preferences, name="notice_preferences"),
    path("council/logo/<slug:digest>.png", council.picture, name="council_logo"),
    path("council/colour/<slug:colour>.css", council.colours, name="council_colour"),
    path("set-up/council/", council.council, name="set_up_council"),
    path("set-up/council/logo/", council.logo, name="set_up_logo"),
    path("set-up/council/logo/remove/", council.no_logo, name="set_up_no_logo"),
    path("set-up/council/history/", council.council_history, name="set_up_council_history"),
    path("set-up/units/", units.units, name="set_up_units"),
    *spreadsheet_paths(units.UNITS),
    path("set-up/units/add/", units.new_unit, name="set_up_new_unit"),
    path("set-up/unit/<slug:code>/", units.unit, name="set_up_unit"),
    path("set-up/unit/<slug:code>/rename/", units.rename_unit, name="set_up_rename_unit"),
    path("set-up/unit/<slug:code>/move/", units.move_unit, name="set_up_move_unit"),
    path(
        "set-up/unit/<slug:code>/take-back/", units.take_back_change, name="set_up_take_back_unit"
    ),
    path("set-up/unit/<slug:code>/history/", units.unit_history, name="set_up_unit_history"),
    path("set-up/people/", people.people, name="set_up_people"),
    *spreadsheet_paths(people.PEOPLE),
    path("set-up/people/invite/", people.invite, name="set_up_invite"),
    path("set-up/person/<int:pk>/", people.person, name="set_up_person"),
    path("set-up/person/<int:pk>/invite/", people.invite_again, name="set_up_invite_again"),
    path("set-up/person/<int:pk>/letter/", people.letter, name="set_up_letter"),
    path("set-up/person/<int:pk>/change/", people.change_person, name="set_up_change_person"),
    path("set-up/person/<int:pk>/disable/", people.disable, name="set_up_disable"),
    path("set-up/person/<int:pk>/enable/", people.enable, name="set_up_enable"),
    path("set-up/person/<int:pk>/history/", people.person_history, name="set_up_person_history"),
    path("set-up/person/<int:pk>/acts/", people.acts_of_person, name="set_up_person_acts"),
    path("set-up/posts/", posts.posts, name="set_up_posts"),
    *spreadsheet_paths(posts.POSTS),
    path("set-up/posts/appoint/", posts.appoint_person, name="set_up_appoint"),
    path("set-up/posts/<int:pk>/end/", posts.end_post, name="set_up_end_post"),
    path("set-up/posts/<int:pk>/history/", posts.post_history, name="set_up_post_history"),
    path("set-up/bodies/", bodies.bodies, name="set_up_bodies"),
    *spreadsheet_paths(bodies.BODIES),
    path("set-up/bodies/add/", bodies.new_body, name="set_up_new_body"),
    path("set-up/body/<slug:code>/", bodies.body, name="set_up_body"),
    path("set-up/body/<slug:code>/change/", bodies.change_body, name="set_up_change_body"),
    path("set-up/body/<slug:code>/end/", bodies.end_body, name="set_up_end_body"),
    path("set-up/body/<slug:code>/add/", bodies.join, name="set_up_join"),
    path("set-up/body/<slug:code>/history/", bodies.body_history, name="set_up_body_history"),
    path("set-up/members/", bodies.members, name="set_up_members"),
    *spreadsheet_paths(bodies.PLACES),
    path("set-up/members/<int:pk>/portfolio/", bodies.portfolio, name="set_up_portfolio"),
    path("set-up/members/<int:pk>/end/", bodies.end_place, name="set_up_end_place"),
    path("set-up/accounts/", accounts.accounts, name="set_up_accounts"),
    path("set-up/accounts/<int:pk>/join/", accounts.join, name="join_council_account"),
    path("set-up/accounts/<int:pk>/part/", accounts.part, name="part_council_account"),
    path(
        "set-up/accounts/second-step/<int:pk>/forget/",
        accounts.forget,
        name="forget_second_factor",
    ),
]
