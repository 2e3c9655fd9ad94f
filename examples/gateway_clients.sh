tta clients add editor --models='story' --requests-per-minute=60 --daily-budget=2.50 > editor.key
tta clients add boss --manages > boss.key
tta serve 2> log & gateway=$!
until grep -qs listening log; do sleep 0.1; done
url=$(sed -n 's/.*listening on //p' log)

ask() { curl -s -H "Authorization: Bearer $(cat $1)" $url$2; }
curl -s $url/v1/models                          # without a key
ask editor.key /v1/models                       # what the editor may ask for
ask editor.key /api/v1/models/health            # and it may not manage
ask boss.key /api/v1/models/health
kill $gateway && wait
